// What OpenAI's own library for Node makes of a server, given its base URL and a credential of the
// caller's own for its providers.
import assert from "node:assert/strict";
import OpenAI from "openai";

const client = new OpenAI({
  baseURL: process.argv[2],
  apiKey: "not-looked-at",
  maxRetries: 0,
  timeout: 60_000,
});
const tools = [
  {
    type: "function",
    function: {
      name: "weather",
      description: "The weather at a place.",
      parameters: {
        type: "object",
        properties: { place: { type: "string" } },
        required: ["place"],
      },
    },
  },
];

function ask(model, more = {}, options = {}) {
  const messages = [{ role: "user", content: "hello there" }];
  return client.chat.completions.create({ model, messages, ...more }, options);
}

async function expect(kind, status, code, model, more, options) {
  const error = await ask(model, more, options).then(
    () => assert.fail(`no ${kind.name}: ${model}`),
    (e) => e,
  );
  assert.ok(error instanceof kind, error);
  assert.deepEqual([error.status, error.code], [status, code]);
  return error;
}

// A whole answer, and the same as a stream.
const whole = await ask("simulated");
assert.equal(whole.object, "chat.completion");
assert.equal(whole.choices[0].message.role, "assistant");
assert.equal(whole.choices[0].finish_reason, "stop");
assert.match(whole.choices[0].message.content, /hello there/);
assert.equal(whole.usage.prompt_tokens, 2);

const chunks = [];
const stream = await ask("simulated", { stream: true, stream_options: { include_usage: true } });
for await (const chunk of stream) {
  chunks.push(chunk);
}
const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("");
assert.equal(text, whole.choices[0].message.content);
assert.ok(chunks.length > 5);
assert.deepEqual(chunks.at(-1).usage, whole.usage);

// A tool: asked for, called, its result given back.
const asked = await ask("fake/tools", { tools, tool_choice: "auto" });
const call = asked.choices[0].message.tool_calls[0];
assert.equal(asked.choices[0].finish_reason, "tool_calls");
assert.deepEqual(call.function, { name: "weather", arguments: '{"place":"Oslo"}' });
const answer = await client.chat.completions.create({
  model: "fake/tools",
  tools,
  messages: [
    { role: "user", content: "What is it like in Oslo?" },
    asked.choices[0].message,
    { role: "tool", tool_call_id: call.id, content: "rain" },
  ],
});
assert.equal(answer.choices[0].message.content, "It rains.");

const gathered = await client.chat.completions
  .stream({ model: "fake/tools", messages: [{ role: "user", content: "Oslo?" }], tools })
  .finalChatCompletion();
assert.equal(gathered.choices[0].message.tool_calls[0].function.arguments, '{"place":"Oslo"}');

// Errors: each is the library's own kind for it.
await expect(OpenAI.NotFoundError, 404, "model_not_found", "nobody/x");
const twice = await expect(
  OpenAI.BadRequestError, 400, "unsupported_parameter", "simulated", { n: 2 });
assert.equal(twice.param, "n");
await expect(OpenAI.BadRequestError, 400, "invalid_value", "simulated", { temperature: 9 });
const limited = await expect(
  OpenAI.RateLimitError, 429, "rate_limit_exceeded", "fake/limited");
assert.equal(limited.headers.get("retry-after"), "30");
await expect(OpenAI.InternalServerError, 502, "provider_unauthenticated", "fake/locked");
await expect(OpenAI.AuthenticationError, 401, "invalid_api_key", "fake/locked", {}, {
  headers: { "Parley-Provider-Key": process.argv[3] },
});
const parts = [];
await assert.rejects(
  async () => {
    for await (const chunk of await ask("fake/cut", { stream: true })) {
      parts.push(chunk.choices[0].delta.content);
    }
  },
  (e) => e instanceof OpenAI.APIError && e.code === "provider_cut",
);
assert.deepEqual(parts, ["part"]);

// Models.
const names = [];
for await (const model of client.models.list()) {
  names.push(model.id);
}
assert.deepEqual(names, ["fake/limited", "fake/tools", "simulated/simulated"]);
assert.equal((await client.models.retrieve("fake/tools")).owned_by, "fake");

console.log("all is well");
