// Runs a model of TensorFlow.js by a backend, "wasm" or "cpu", "once" or to "serve": the third argument is a job of
// package contest, whose model is a model.json.
"use strict";
const fs = require("fs");
const path = require("path");
const { once, serve } = require("./serve.js");
const tf = require("@tensorflow/tfjs");
const wasm = require("@tensorflow/tfjs-backend-wasm");

// load reads a graph or layers model from files.
async function load(file) {
  const model = JSON.parse(fs.readFileSync(file, "utf8"));
  const shards = model.weightsManifest.flatMap((group) => group.paths);
  const data = Buffer.concat(shards.map((s) => fs.readFileSync(path.join(path.dirname(file), s))));
  const artifacts = {
    ...model,
    weightSpecs: model.weightsManifest.flatMap((group) => group.weights),
    weightData: data.buffer.slice(data.byteOffset, data.byteOffset + data.length),
  };
  const source = { load: async () => artifacts };
  return model.modelTopology.node ? tf.loadGraphModel(source) : tf.loadLayersModel(source);
}

// arrays are how the elements of cases lie in files.
const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

function input(t) {
  const data = fs.readFileSync(t.File);
  const of = arrays[t.DType];
  if (!of) throw new Error(`input ${t.Name} is ${t.DType}`);
  return tf.tensor(new of(data.buffer.slice(data.byteOffset, data.byteOffset + data.length)), t.Shape, t.DType);
}

// caller gives a function that answers by tensors, in the order of the job's outputs.
async function caller(model, job) {
  const inputs = job.Inputs.map(input);
  if (model.executor === undefined) {
    const order = model.inputs.map((i) => inputs[job.Inputs.findIndex((t) => t.Name === i.name)]);
    return async () => [model.predict(order.length === 1 ? order[0] : order)].flat();
  }
  const named = {};
  for (const i of model.inputs) named[i.name] = inputs[job.Inputs.findIndex((t) => t.Name === i.name.replace(/:0$/, ""))];
  const outputs = job.Outputs.map((t) => t.Name);
  try {
    const answers = [model.execute(named, outputs)].flat();
    tf.dispose(answers);
    return async () => [model.execute(named, outputs)].flat();
  } catch (e) { // sizes that depend on data
    return async () => [await model.executeAsync(named, outputs)].flat();
  }
}

async function main() {
  const [backend, how, file] = process.argv.slice(2);
  const job = JSON.parse(fs.readFileSync(file, "utf8"));
  wasm.setThreadsCount(job.Threads);
  await tf.setBackend(backend);
  const call = await caller(await load(job.Model), job);
  const run = async () => {
    const answers = await call();
    for (const a of answers) a.dataSync();
    tf.dispose(answers);
  };
  await run();
  if (how === "once") return once();
  await serve(`TensorFlow.js ${tf.version["tfjs-core"]} ${backend}`, job.Flush, run, async (dir) => {
    fs.mkdirSync(dir, { recursive: true });
    return (await call()).map((a, i) => {
      const out = { DType: a.dtype, Shape: a.shape, File: path.join(dir, `out_${i}`) };
      const data = a.dataSync();
      fs.writeFileSync(out.File, Buffer.from(data.buffer, data.byteOffset, data.byteLength));
      return out;
    });
  });
}

main().catch((e) => {
  console.log(JSON.stringify({ Error: String(e).split("\n")[0] }));
  process.exit(1);
});
