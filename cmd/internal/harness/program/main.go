// Command program runs compiled packages on files of tensors: the file named by its argument lists the cases, as
// JSON; each answer goes to a file, and a line of JSON for each case to standard output.
package main

//lint:file-ignore U1000 adapters, which are generated beside this file, decode and encode

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strconv"
	"time"
)

// tensor is a value at the edge: raw little-endian numbers, or JSON for strings, sequences and maps.
type tensor struct {
	Shape []int
	File  string
	Data  []byte `json:"-"`
}

// model is a compiled package: it answers, and it makes a run to be timed.
type model struct {
	predict func(in []tensor) ([]tensor, error)
	session func(in []tensor) (func() error, error)
}

var models = map[string]model{}

// job is a case: the model's name, its inputs' files, where the answers go, and how often to time a run.
type job struct {
	Model  string
	Inputs []tensor
	Output string
	Repeat int
}

// answer is what is said of a job.
type answer struct {
	Outputs []tensor `json:",omitempty"`
	Error   string   `json:",omitempty"`
	Nanos   int64    `json:",omitempty"` // the median of the timed runs
}

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		fatal(err)
	}
	var jobs []job
	if err := json.Unmarshal(data, &jobs); err != nil {
		fatal(err)
	}
	out := json.NewEncoder(os.Stdout)
	for _, j := range jobs {
		a, err := j.do()
		if err != nil {
			a.Error = err.Error()
		}
		if err := out.Encode(a); err != nil {
			fatal(err)
		}
	}
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func (j job) do() (a answer, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	m, ok := models[j.Model]
	if !ok {
		return a, fmt.Errorf("no model %q", j.Model)
	}
	for i := range j.Inputs {
		if j.Inputs[i].Data, err = os.ReadFile(j.Inputs[i].File); err != nil {
			return a, err
		}
	}
	if a.Outputs, err = m.predict(j.Inputs); err != nil {
		return a, err
	}
	for i := range a.Outputs {
		a.Outputs[i].File = filepath.Join(j.Output, fmt.Sprintf("out_%d", i))
		if err := os.MkdirAll(j.Output, 0o755); err != nil {
			return a, err
		}
		if err := os.WriteFile(a.Outputs[i].File, a.Outputs[i].Data, 0o644); err != nil {
			return a, err
		}
	}
	a.Nanos, err = j.time(m)
	return a, err
}

// time runs the model again and again and gives the median.
func (j job) time(m model) (int64, error) {
	if j.Repeat == 0 {
		return 0, nil
	}
	run, err := m.session(j.Inputs)
	if err != nil {
		return 0, err
	}
	times := make([]int64, j.Repeat)
	for i := range times {
		start := time.Now()
		if err := run(); err != nil {
			return 0, err
		}
		times[i] = int64(time.Since(start))
	}
	sort.Slice(times, func(i, k int) bool { return times[i] < times[k] })
	return times[len(times)/2], nil
}

func decode[T any](data []byte, into *[]T) error {
	var zero T
	*into = make([]T, len(data)/binary.Size(zero))
	return binary.Read(bytes.NewReader(data), binary.LittleEndian, *into)
}

func encode[T any](v []T) ([]byte, error) {
	var b bytes.Buffer
	err := binary.Write(&b, binary.LittleEndian, v)
	return b.Bytes(), err
}

// decodeJSON reads JSON in which strings may stand for the numbers that it lacks.
func decodeJSON[T any](data []byte, into *T) error {
	err := json.Unmarshal(data, into)
	if err == nil || !bytes.Contains(data, []byte(`"NaN"`)) && !bytes.Contains(data, []byte(`Inf"`)) {
		return err
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	return fill(reflect.ValueOf(into).Elem(), v)
}

// fill sets lists, maps and floats to what JSON holds.
func fill(to reflect.Value, v any) error {
	switch v := v.(type) {
	case []any:
		if to.Kind() != reflect.Slice {
			break
		}
		to.Set(reflect.MakeSlice(to.Type(), len(v), len(v)))
		for i, x := range v {
			if err := fill(to.Index(i), x); err != nil {
				return err
			}
		}
		return nil
	case map[string]any:
		if to.Kind() != reflect.Map {
			break
		}
		to.Set(reflect.MakeMapWithSize(to.Type(), len(v)))
		for name, x := range v {
			key, value := reflect.New(to.Type().Key()).Elem(), reflect.New(to.Type().Elem()).Elem()
			if err := fill(value, x); err != nil {
				return err
			}
			if key.Kind() == reflect.String {
				key.SetString(name)
			} else {
				number, err := strconv.ParseInt(name, 10, 64)
				if err != nil {
					return err
				}
				key.SetInt(number)
			}
			to.SetMapIndex(key, value)
		}
		return nil
	case float64:
		if to.CanFloat() {
			to.SetFloat(v)
			return nil
		}
	case string:
		number, err := strconv.ParseFloat(v, 64)
		if to.CanFloat() && err == nil {
			to.SetFloat(number)
			return nil
		}
	}
	return fmt.Errorf("%v does not fit %s", v, to.Type())
}

func encodeJSON(v any) ([]byte, error) { return json.Marshal(v) }
