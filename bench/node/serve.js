// The protocol of package contest, for runtimes of Node: requests come a line each, replies go out as lines of JSON.
"use strict";
const fs = require("fs");
const readline = require("readline");

// time runs a call n times, each after the caches were emptied where there is something to write.
async function time(run, n, flushed) {
  let cpu = 0;
  let wall = 0;
  for (let left = n; left > 0; ) {
    const calls = flushed ? 1 : n;
    if (flushed) for (let i = 0; i < flushed.length; i += 64) flushed[i]++;
    const c = process.cpuUsage();
    const w = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) await run();
    wall += Number(process.hrtime.bigint() - w);
    const used = process.cpuUsage(c);
    cpu += (used.user + used.system) * 1e3;
    left -= calls;
  }
  return { CPU: cpu / n, Wall: wall / n };
}

// once ends a process that has answered: it prints its peak memory in KiB. Node's own figure begins with its parent's.
exports.once = () => {
  const status = fs.readFileSync("/proc/self/status", "utf8");
  console.log(/VmHWM:\s*(\d+)/.exec(status)[1]);
};

// serve answers requests: run is a call, answer writes the answers into a folder.
exports.serve = async (version, flush, run, answer) => {
  const reply = (r) => console.log(JSON.stringify(r));
  let flushed = null;
  reply({ Version: version });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [verb, , ...rest] = line.split(" ");
    try {
      switch (verb) {
        case "time":
          reply(await time(run, Number(rest[0]), null));
          break;
        case "cold":
          flushed = flushed || new Uint8Array(flush);
          reply(await time(run, Number(rest[0]), flushed));
          break;
        case "answer":
          reply({ Outputs: await answer(rest.join(" ")) });
          break;
        default:
          reply({ Error: `there is no request ${verb}` });
      }
    } catch (e) {
      reply({ Error: String(e) });
    }
  }
};
