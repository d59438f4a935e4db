// Package runtime holds the sources that generated packages are made of. The
// folders in it are ordinary packages, tested where they stand; codegen/lift
// copies from them what a model needs.
package runtime

import "embed"

// Sources is the source of every package in this folder.
//
//go:embed */*.go */*.s
var Sources embed.FS
