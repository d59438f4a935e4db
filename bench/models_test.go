package main

import (
	"bytes"
	"testing"
)

func TestTokenInput(t *testing.T) {
	for _, tt := range []struct {
		name string
		want []byte
	}{
		{"attention_mask", []byte{1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}},
		{"token_type_ids", make([]byte, 16)},
		{"input_ids", []byte{0xe8, 3, 0, 0, 0, 0, 0, 0, 0xd7, 0x22, 0, 0, 0, 0, 0, 0}},
	} {
		if got := tokenInput(tt.name, 2, 30522); !bytes.Equal(got, tt.want) {
			t.Errorf("tokenInput(%q) = %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestMACs(t *testing.T) {
	// six layers of four 384×384 and two 384×1536 products, and attention over 12×12 pairs twice
	if got, want := macs["minilm-l6-fp32"].of(12), 128065536.0; got != want {
		t.Errorf("MACs of 12 tokens = %v, want %v", got, want)
	}
}

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		tokens string
		ok     bool
	}{{"", true}, {"12,16", true}, {"0", false}, {"x", false}} {
		c := config{rounds: 1, threads: 1}
		if err := c.parse("a", tt.tokens); (err == nil) != tt.ok {
			t.Errorf("parse(-tokens %q) = %v, want ok %v", tt.tokens, err, tt.ok)
		}
	}
}
