// Command gen writes ../onnx-ml.pb.go and ../onnx-data.pb.go from the .proto files
// beside them. It needs no protoc: protocompile parses the files, and protoc-gen-go,
// pinned as a tool in go.mod, turns the descriptors into Go.
//
//	go -C importer/onnx/pb/gen run .         # write
//	go -C importer/onnx/pb/gen run . -check  # compare only; exit 1 where they differ
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"
)

// goPackage is where the generated types live. The .proto files carry no go_package
// option and stay as published, so the plug-in is told.
const goPackage = "github.com/energeticc/energeticc/importer/onnx/pb"

// sources are in dependency order, by the names they import each other under.
var sources = []string{"onnx/onnx-ml.proto", "onnx/onnx-data.proto"}

func main() {
	check := flag.Bool("check", false, "compare with the committed files instead of writing them")
	flag.Parse()
	if err := run("..", *check); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// run generates from the .proto files in dir, and writes there or compares.
func run(dir string, check bool) error {
	req, err := compile(dir)
	if err != nil {
		return err
	}
	resp, err := protocGenGo(req)
	if err != nil {
		return err
	}
	for _, f := range resp.GetFile() {
		path := filepath.Join(dir, f.GetName())
		if !check {
			if err := os.WriteFile(path, []byte(f.GetContent()), 0o644); err != nil {
				return err
			}
			continue
		}
		have, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if string(have) != f.GetContent() {
			return fmt.Errorf("%s is not what its .proto gives: run go generate ./importer/onnx/pb", path)
		}
	}
	return nil
}

// compile parses the sources in dir and builds what protoc would send to a plug-in.
func compile(dir string) (*pluginpb.CodeGeneratorRequest, error) {
	texts := make(map[string]string, len(sources))
	params := []string{"module=" + goPackage}
	for _, name := range sources {
		text, err := os.ReadFile(filepath.Join(dir, filepath.Base(name)))
		if err != nil {
			return nil, err
		}
		texts[name] = string(text)
		params = append(params, "M"+name+"="+goPackage)
	}
	c := protocompile.Compiler{
		Resolver:       &protocompile.SourceResolver{Accessor: protocompile.SourceAccessorFromMap(texts)},
		SourceInfoMode: protocompile.SourceInfoStandard, // carries the comments
	}

	files, err := c.Compile(context.Background(), sources...)
	if err != nil {
		return nil, err
	}
	var descs []*descriptorpb.FileDescriptorProto
	for _, f := range files {
		descs = append(descs, protodesc.ToFileDescriptorProto(f))
	}
	return &pluginpb.CodeGeneratorRequest{
		FileToGenerate: sources,
		Parameter:      proto.String(strings.Join(params, ",")),
		ProtoFile:      descs,
	}, nil
}

// protocGenGo runs the plug-in at the version of go.mod.
func protocGenGo(req *pluginpb.CodeGeneratorRequest) (*pluginpb.CodeGeneratorResponse, error) {
	in, err := proto.Marshal(req)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("go", "tool", "protoc-gen-go")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("protoc-gen-go: %w", err)
	}
	resp := new(pluginpb.CodeGeneratorResponse)
	if err := proto.Unmarshal(out, resp); err != nil {
		return nil, err
	}
	if resp.Error != nil {
		return nil, errors.New(resp.GetError())
	}
	return resp, nil
}
