package lift

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/energeticc/energeticc/codegen/lift/index"
)

// An edit replaces the bytes [at, end) of a declaration.
type edit struct {
	at, end int
	text    string
}

// apply makes edits, which must not overlap.
func apply(text string, edits []edit) (string, error) {
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.end, b.end)) })
	var b strings.Builder
	done := 0
	for _, e := range edits {
		if e.at < done || e.end < e.at || e.end > len(text) {
			return "", fmt.Errorf("edit of bytes %d to %d does not fit", e.at, e.end)
		}
		b.WriteString(text[done:e.at])
		b.WriteString(e.text)
		done = e.end
	}
	b.WriteString(text[done:])
	return b.String(), nil
}

// rename gives the edits that every copy of d needs: local names, the keyword
// of a specification that leaves its group, no directives.
func (lib *library) rename(d *decl) ([]edit, error) {
	if err := d.current(); err != nil {
		return nil, err
	}
	edits := d.directives()
	for _, u := range d.Uses {
		_, name, _ := strings.Cut(u.Target, ".")
		for _, at := range u.At {
			if at > len(d.text) {
				return nil, fmt.Errorf("lift: %s: BUG: use of %s behind the end", d, u.Target)
			}
			old := name
			if strings.HasPrefix(d.text[at:], u.Target) {
				old = u.Target // with its qualifier
			} else if !strings.HasPrefix(d.text[at:], name) {
				return nil, fmt.Errorf("lift: %s: BUG: no use of %s at %d", d, u.Target, at)
			}
			edits = append(edits, edit{at, at + len(old), index.Local(u.Target)})
		}
	}
	if d.Insert >= 0 {
		edits = append(edits, edit{d.Insert, d.Insert, string(d.Kind) + " "})
	}
	return edits, nil
}

// directives gives the edits that remove //energeticc: lines, and the empty
// comment line in front of them where nothing follows.
func (d *decl) directives() []edit {
	var edits []edit
	at, empty := 0, -1
	for line := range strings.Lines(d.text) {
		text := strings.TrimSpace(line)
		end := at + len(line)
		switch {
		case !strings.HasPrefix(text, "//"):
			return edits
		case strings.HasPrefix(text, "//energeticc:"):
			next := strings.TrimSpace(d.text[end:])
			if empty >= 0 && !strings.HasPrefix(next, "//") {
				edits = append(edits, edit{empty, at, ""})
			}
			edits = append(edits, edit{at, end, ""})
		case text == "//":
			empty = at
		default:
			empty = -1
		}
		at = end
	}
	return edits
}
