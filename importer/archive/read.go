package archive

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"time"
)

// zip takes up the members of a zip file, which are unpacked when they are opened.
func (a *Archive) zip(data []byte) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // put says which
		return err
	}
	for _, f := range z.File {
		if f.UncompressedSize64 > 1<<62 {
			return fmt.Errorf("member %.100q: has %d bytes", f.Name, f.UncompressedSize64)
		}
		m := &member{size: int64(f.UncompressedSize64), mode: f.Mode(), unpack: f.Open}
		if err := a.put(f.Name, m); err != nil {
			return err
		}
	}
	return nil
}

// gzip unpacks a tar file and takes up its members.
func (a *Archive) gzip(data []byte) error {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return err
	}
	defer z.Close()
	return a.entries(z)
}

// tar takes up the members of a tar file.
func (a *Archive) tar(data []byte) error { return a.entries(bytes.NewReader(data)) }

// errLimit says that an archive unpacks to more than it may.
var errLimit = errors.New("unpacks to more bytes than the limit (--max-memory)")

// entries reads a tar file from its begin to its end: there is no other way to know what is in it.
func (a *Archive) entries(r io.Reader) error {
	limited := &io.LimitedReader{R: r, N: a.left}
	t := tar.NewReader(limited)
	for {
		h, err := t.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err == nil && h.Size > limited.N, err != nil && limited.N <= 0:
			return errLimit
		case err != nil && !errors.Is(err, tar.ErrInsecurePath): // put says which
			return err
		}
		m := &member{size: h.Size, mode: h.FileInfo().Mode()}
		if h.Typeflag == tar.TypeLink { // another name of a member; FileInfo takes it for that member
			m.mode |= fs.ModeSymlink
		}
		if m.mode.IsRegular() {
			if m.data, err = io.ReadAll(t); err != nil {
				return fmt.Errorf("member %.100q: %w", h.Name, err)
			}
			if int64(len(m.data)) != h.Size {
				return fmt.Errorf("member %.100q: has %d bytes, want %d", h.Name, len(m.data), h.Size)
			}
		}
		if err := a.put(h.Name, m); err != nil {
			return err
		}
	}
}

// find gives a member by its name.
func (a *Archive) find(op, name string) (*member, error) {
	if m := a.members[name]; m != nil {
		return m, nil
	}
	return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
}

// Open unpacks a member, unless that was done before.
func (a *Archive) Open(name string) (fs.File, error) {
	m, err := a.find("open", name)
	if err == nil && m.mode.IsRegular() {
		err = a.load(m)
	}
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: cause(err)}
	}
	return &file{Reader: *bytes.NewReader(m.data), info: info{path.Base(name), m}}, nil
}

// load unpacks a member.
func (a *Archive) load(m *member) error {
	if m.unpack == nil {
		return nil
	}
	if m.size > a.left {
		return errLimit
	}
	r, err := m.unpack()
	if err != nil {
		return err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, m.size+1))
	if err != nil {
		return err
	}
	if int64(len(data)) != m.size {
		return fmt.Errorf("unpacks to other than the %d bytes that it should have", m.size)
	}
	a.left -= m.size
	m.data, m.unpack = data, nil
	return nil
}

// Stat says what a member is. Links are no files, wherever they lead.
func (a *Archive) Stat(name string) (fs.FileInfo, error) {
	m, err := a.find("stat", name)
	if err != nil {
		return nil, err
	}
	return info{path.Base(name), m}, nil
}

// file is a member while it is read.
type file struct {
	bytes.Reader
	info info
}

// Stat says what the member is.
func (f *file) Stat() (fs.FileInfo, error) { return f.info, nil }

// Close has nothing to do.
func (f *file) Close() error { return nil }

// info is what is known of a member.
type info struct {
	name string
	m    *member
}

// Name is the last part of the member's path.
func (i info) Name() string { return i.name }

// Size is in bytes.
func (i info) Size() int64 { return i.m.size }

// Mode tells files from links and the like.
func (i info) Mode() fs.FileMode { return i.m.mode }

// ModTime is not kept.
func (i info) ModTime() time.Time { return time.Time{} }

// IsDir is always false.
func (i info) IsDir() bool { return false }

// Sys is nil.
func (i info) Sys() any { return nil }
