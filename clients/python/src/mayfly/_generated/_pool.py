"""The descriptor pool of the generated messages."""

from google.protobuf import any_pb2, descriptor_pool, duration_pb2

POOL = descriptor_pool.DescriptorPool()
for _imported in (any_pb2, duration_pb2):
    POOL.AddSerializedFile(_imported.DESCRIPTOR.serialized_pb)
