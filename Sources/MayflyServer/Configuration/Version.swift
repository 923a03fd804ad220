/// What `--version` and `Operator.Status` say.
package let mayflyVersion = "0.1.0"
