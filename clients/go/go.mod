module mayfly.local/mayfly

go 1.19

// As Debian 12 has them; golang-google-genproto-dev and -grpc-dev are near to these.
require (
	github.com/containerd/ttrpc v1.1.1
	github.com/gogo/protobuf v1.3.2
	google.golang.org/genproto v0.0.0-20200526211855-cb27e3aa2013
	google.golang.org/grpc v1.33.3
	google.golang.org/protobuf v1.28.1
)
