package main

// demoCmd is energeticc demo.
type demoCmd struct{}

// Run is written with the demo's model.
func (demoCmd) Run(*env) error { return nil }
