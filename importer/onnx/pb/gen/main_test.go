package main

import "testing"

// TestCurrent fails when the committed Go files are not what the .proto files give.
func TestCurrent(t *testing.T) {
	if err := run("..", true); err != nil {
		t.Error(err)
	}
}
