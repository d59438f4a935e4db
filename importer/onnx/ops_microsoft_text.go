package onnx

import (
	"errors"
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var microsoftTextRows = []row{
	{"Tokenizer", 1, tokenizer},
}

// anyCharacter cuts a text into its characters.
const anyCharacter = "(?s:.)"

// tokenizer reads Tokenizer. Separators count before tokenexp; a single empty one asks for characters.
func tokenizer(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	o := op.Tokenize{Mark: n.flag("mark", false), Pad: n.text("pad_value", ""), Least: int(min(n.integer("mincharnum", 0), math.MaxInt32))}
	separators, token := n.texts("separators"), n.text("tokenexp", "")
	switch {
	case n.err != nil:
		return nil, n.err
	case o.Least < 1:
		return nil, errors.New("attribute mincharnum: want a number from 1")
	case len(separators) == 1 && separators[0] == "" && o.Least > 1:
		return nil, errors.New("attribute mincharnum: want 1, as the separator asks for single characters")
	case len(separators) == 1 && separators[0] == "":
		o.Patterns = []string{anyCharacter}
	case len(separators) > 0:
		o.Patterns, o.Split = separators, true
	case token != "":
		o.Patterns = []string{token}
	default:
		return nil, errors.New("attributes separators and tokenexp: want one of them")
	}
	return n.add(o, n.in[0])
}
