// Filekind says what kind of file each of its arguments is. The model that tells is compiled into it:
//
//	$ filekind main.go photo.jpg
//	go	100.0 %	81 ms	main.go
//	jpeg	98.9 %	80 ms	photo.jpg
package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"
	"unicode/utf8"

	"filekind/magika"
)

// config.min.json came with the model: the labels in the order of its scores, and how sure it must be of each.
//
//go:embed config.min.json
var configJSON []byte

var config struct {
	Labels     []string           `json:"target_labels_space"`
	MinSize    int                `json:"min_file_size_for_dl"`        // bytes; what is smaller tells the model nothing
	Ends       int                `json:"beg_size"`                    // bytes of the file's start, and as many of its end
	Block      int64              `json:"block_size"`                  // bytes that are read to get them
	Padding    int32              `json:"padding_token"`               // stands where the file is shorter
	MinScore   float32            `json:"medium_confidence_threshold"` // a label below it is not believed
	MinScores  map[string]float32 `json:"thresholds"`                  // for labels that want another
	OtherNames map[string]string  `json:"overwrite_map"`               // labels that are called otherwise
}

// answer is what is said of a file.
type answer struct {
	kind  string
	score float32
	took  time.Duration // of the model
}

func main() {
	if err := json.Unmarshal(configJSON, &config); err != nil {
		fatal(err)
	}
	for _, name := range os.Args[1:] {
		a, err := ask(name)
		if err != nil {
			fatal(err)
		}
		fmt.Printf("%s\t%.1f %%\t%v\t%s\n", a.kind, 100*a.score, a.took, name)
	}
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, "filekind:", err)
	os.Exit(1)
}

// ask reads both ends of a file and has the model look at them.
func ask(name string) (answer, error) {
	f, err := os.Open(name)
	if err != nil {
		return answer{}, err
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return answer{}, err
	}
	n := min(size, config.Block)
	head, tail := make([]byte, n), make([]byte, n)
	if _, err := f.ReadAt(head, 0); err != nil {
		return answer{}, err
	}
	if _, err := f.ReadAt(tail, size-n); err != nil {
		return answer{}, err
	}

	const space = " \t\n\r\v\f"
	start := bytes.TrimLeft(head, space)
	switch {
	case size == 0:
		return answer{kind: "empty", score: 1}, nil
	case len(start) < config.MinSize:
		return answer{kind: generic(head), score: 1}, nil
	}
	begin := time.Now()
	out, err := magika.Predict(magika.Input{Bytes: tokens(start, bytes.TrimRight(tail, space))})
	if err != nil {
		return answer{}, err
	}
	kind, score := best(out.TargetLabel)
	if !believed(kind, score) {
		return answer{generic(head), score, time.Since(begin)}, nil
	}
	if other, ok := config.OtherNames[kind]; ok {
		kind = other
	}
	return answer{kind, score, time.Since(begin)}, nil
}

// tokens is the model's input: a file's first bytes, padding in the middle, its last bytes.
func tokens(start, end []byte) []int32 {
	x := make([]int32, 2*config.Ends)
	for i := range x {
		x[i] = config.Padding
	}
	for i, b := range start[:min(len(start), config.Ends)] {
		x[i] = int32(b)
	}
	end = end[max(0, len(end)-config.Ends):]
	for i, b := range end {
		x[len(x)-len(end)+i] = int32(b)
	}
	return x
}

// best is the label with the highest score.
func best(scores []float32) (string, float32) {
	at := 0
	for i, s := range scores {
		if s > scores[at] {
			at = i
		}
	}
	return config.Labels[at], scores[at]
}

// believed reports whether the model is sure enough of a label.
func believed(kind string, score float32) bool {
	if least, ok := config.MinScores[kind]; ok {
		return score >= least
	}
	return score >= config.MinScore
}

// generic is what can be said of a file's start without the model: text is valid UTF-8.
func generic(head []byte) string {
	for cut := 0; cut < utf8.UTFMax-1 && int64(len(head)) > config.Block-utf8.UTFMax && !utf8.Valid(head); cut++ {
		head = head[:len(head)-1] // the block may end within a character
	}
	if utf8.Valid(head) {
		return "txt"
	}
	return "unknown"
}
