// Package variant names the platforms that stand for all others when kernels
// are indexed and when lifted code is checked: one for every way in which build
// constraints, the size of int and the order of bytes can differ.
package variant

import "go/build"

// GoVersion is the language version of lifted code, and the build constraint of
// every lifted file.
const GoVersion = "go1.23"

// A Variant is a platform.
type Variant struct {
	Name   string // in the index
	GOOS   string
	GOARCH string
	Tags   []string
}

// All lists the variants in the order of the index.
var All = []Variant{
	{Name: "amd64", GOOS: "linux", GOARCH: "amd64"},
	{Name: "purego", GOOS: "linux", GOARCH: "amd64", Tags: []string{"purego"}},
	{Name: "arm64", GOOS: "linux", GOARCH: "arm64"},
	{Name: "386", GOOS: "linux", GOARCH: "386"},     // 32-bit int
	{Name: "s390x", GOOS: "linux", GOARCH: "s390x"}, // big-endian
	{Name: "wasm", GOOS: "js", GOARCH: "wasm"},
}

// Context says which files belong to v.
func (v Variant) Context() build.Context {
	ctx := build.Default
	ctx.GOOS, ctx.GOARCH, ctx.BuildTags = v.GOOS, v.GOARCH, v.Tags
	ctx.Compiler, ctx.CgoEnabled, ctx.ToolTags = "gc", false, nil
	return ctx
}
