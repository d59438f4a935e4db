package file

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// scriptEndings are the endings of JavaScript modules, in the order in which they are looked for.
var scriptEndings = []string{".min.js", ".js", ".mjs", ".cjs"}

// isScript reports whether a path is that of a JavaScript module.
func isScript(name string) bool {
	return slices.Contains([]string{".js", ".mjs", ".cjs"}, path.Ext(name))
}

// script reads a module of a bundler that exports a value: the model's JSON as a literal, or a shard in base64. Code is
// not run: what counts is the first literal of an object or a text behind "exports =" or "export default", or a text
// within JSON.parse there. It gives JSON.
func script(data []byte) ([]byte, error) {
	for at := 0; ; {
		n := exported(data[at:])
		if n < 0 {
			return nil, errors.New(`holds no value that it exports; want a module with "module.exports = " or "export default " before an object or a text`)
		}
		at += n
		l := literal{src: data, at: at}
		l.space()
		parse := l.word("JSON.parse(")
		l.space()
		if c := l.peek(); c != '{' && c != '"' && c != '\'' && c != '`' {
			continue
		}
		if err := l.value(0); err != nil {
			if c := data[at]; c == '{' && l.at-at < 2 { // such as exports={}
				continue
			}
			return nil, fmt.Errorf("byte %d: %w", l.at, err)
		}
		made := l.out.Bytes()
		if bytes.Equal(made, []byte("{}")) { // to be filled, as bundlers' own objects are
			continue
		}
		if parse {
			var text string
			if err := json.Unmarshal(made, &text); err != nil {
				return nil, fmt.Errorf("byte %d: JSON.parse is given no text", at)
			}
			made = []byte(text)
		}
		return made, nil
	}
}

// exported finds where the next value that a module might export begins, -1 if there is none.
func exported(data []byte) int {
	least := -1
	for _, mark := range []string{"exports", "export default"} {
		from := 0
		for {
			at := bytes.Index(data[from:], []byte(mark))
			if at < 0 {
				break
			}
			end := from + at + len(mark)
			from = end
			rest := bytes.TrimLeft(bytes.TrimPrefix(data[end:], []byte(".default")), " \t\r\n")
			if mark == "exports" {
				if !bytes.HasPrefix(rest, []byte("=")) || bytes.HasPrefix(rest, []byte("==")) {
					continue
				}
				rest = rest[1:]
			}
			if begin := len(data) - len(rest); least < 0 || begin < least {
				least = begin
			}
			break
		}
	}
	return least
}

// readShard reads a file of the model, or the module that has it in base64: path.min.js and the like.
func readShard(folder fs.FS, name string, limit int64) ([]byte, error) {
	data, err := readFile(folder, name, limit)
	if !errors.Is(err, fs.ErrNotExist) {
		return data, err
	}
	for _, ending := range scriptEndings {
		module, scriptErr := readFile(folder, name+ending, scriptLimit(limit))
		if errors.Is(scriptErr, fs.ErrNotExist) {
			continue
		}
		if scriptErr != nil {
			return nil, fmt.Errorf("in %s: %w", name+ending, cause(scriptErr))
		}
		data, err := decodeShard(module)
		if err == nil && int64(len(data)) > limit {
			err = fmt.Errorf("%d bytes exceed the limit by %d", len(data), int64(len(data))-limit)
		}
		if err != nil {
			return nil, fmt.Errorf("in %s: %w", name+ending, err)
		}
		return data, nil
	}
	return nil, err
}

// scriptLimit is how long a module may be whose text stands for so many bytes.
func scriptLimit(limit int64) int64 { return limit + limit/2 + 1<<16 }

// decodeShard gives the bytes of a module that exports a text in base64.
func decodeShard(module []byte) ([]byte, error) {
	value, err := script(module)
	if err != nil {
		return nil, err
	}
	var text string
	if err := json.Unmarshal(value, &text); err != nil {
		return nil, errors.New("exports no text; want a shard in base64")
	}
	if strings.HasPrefix(text, "data:") {
		_, text, _ = strings.Cut(text, ",")
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("what it exports is no base64: %w", err)
	}
	return data, nil
}
