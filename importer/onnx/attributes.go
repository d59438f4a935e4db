package onnx

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

// attributes.txt lists the standard's operators, those of other domains after a dot, each with the attributes of all its
// versions: what onnx 1.23.2's operator schemas say.
//
//go:embed attributes.txt
var attributesText string

// attributeNames are an operator's attributes in any version.
var attributeNames = sync.OnceValue(func() map[string]map[string]bool {
	all := map[string]map[string]bool{}
	for line := range strings.Lines(attributesText) {
		words := strings.Fields(line)
		names := map[string]bool{}
		for _, w := range words[1:] {
			names[w] = true
		}
		all[words[0]] = names
	}
	return all
})

// checkAttributes warns of attributes that the standard does not know: nothing reads them.
func (n *node) checkAttributes() {
	operator := n.proto.GetOpType()
	if d := domain(n.proto.GetDomain()); d != "" {
		operator = d + "." + operator
	}
	names, standard := attributeNames()[operator]
	if !standard {
		return
	}
	for _, a := range n.proto.GetAttribute() {
		if !names[a.GetName()] {
			n.warn("attribute %s is not one of the operator's; it is left out", a.GetName())
		}
	}
}

// warn tells of something odd in a node that does not stop the import.
func (n *node) warn(format string, args ...any) {
	n.im.warn(&NodeError{n.name, n.proto.GetOpType(), domain(n.proto.GetDomain()), n.version, fmt.Errorf(format, args...)})
}

// warn tells of something odd once, however often a node is read.
func (im *importer) warn(err error) {
	if text := err.Error(); im.opt.Warn != nil && !im.warned[text] {
		im.warned[text] = true
		im.opt.Warn(err)
	}
}
