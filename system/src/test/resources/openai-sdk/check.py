"""What OpenAI's own Python library makes of a server, given its base URL and a credential of the
caller's own for its providers."""

import sys

import openai

client = openai.OpenAI(base_url=sys.argv[1], api_key="not-looked-at", max_retries=0, timeout=60)
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather at a place.",
            "parameters": {
                "type": "object",
                "properties": {"place": {"type": "string"}},
                "required": ["place"],
            },
        },
    }
]


def ask(model, text="hello there", **more):
    return client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": text}], **more
    )


def expect(kind, status, code, **question):
    try:
        ask(**question)
    except kind as e:
        assert (e.status_code, e.code) == (status, code), (e.status_code, e.body)
        return e
    raise AssertionError(f"no {kind.__name__}: {question}")


# A whole answer, and the same as a stream.
whole = ask("simulated")
assert whole.object == "chat.completion", whole
assert whole.choices[0].message.role == "assistant", whole
assert whole.choices[0].finish_reason == "stop", whole
assert "hello there" in whole.choices[0].message.content, whole
usage = whole.usage
assert usage.prompt_tokens == 2, usage
assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens, usage

chunks = list(ask("simulated", stream=True, stream_options={"include_usage": True}))
text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
assert text == whole.choices[0].message.content, text
assert len(chunks) > 5, chunks
assert chunks[-1].usage == usage, chunks[-1]
assert chunks[-2].choices[0].finish_reason == "stop", chunks[-2]

# A tool: asked for, called, its result given back.
asked = ask("fake/tools", tools=TOOLS, tool_choice="auto")
call = asked.choices[0].message.tool_calls[0]
assert asked.choices[0].finish_reason == "tool_calls", asked
assert (call.function.name, call.function.arguments) == ("weather", '{"place":"Oslo"}'), call
answer = client.chat.completions.create(
    model="fake/tools",
    messages=[
        {"role": "user", "content": "What is it like in Oslo?"},
        asked.choices[0].message,
        {"role": "tool", "tool_call_id": call.id, "content": "rain"},
    ],
    tools=TOOLS,
)
assert answer.choices[0].message.content == "It rains.", answer

with client.chat.completions.stream(
    model="fake/tools", messages=[{"role": "user", "content": "Oslo?"}], tools=TOOLS
) as stream:
    final = stream.get_final_completion()
assert final.choices[0].message.tool_calls[0].function.arguments == '{"place":"Oslo"}', final

# Errors: each is the library's own kind for it.
expect(openai.NotFoundError, 404, "model_not_found", model="nobody/x")
assert (
    expect(openai.BadRequestError, 400, "unsupported_parameter", model="simulated", n=2).param
    == "n"
)
expect(openai.BadRequestError, 400, "invalid_value", model="simulated", temperature=9)
limited = expect(openai.RateLimitError, 429, "rate_limit_exceeded", model="fake/limited")
assert limited.response.headers["retry-after"] == "30", limited.response.headers
expect(openai.InternalServerError, 502, "provider_unauthenticated", model="fake/locked")
expect(
    openai.AuthenticationError,
    401,
    "invalid_api_key",
    model="fake/locked",
    extra_headers={"Parley-Provider-Key": sys.argv[2]},
)
parts = []
try:
    for chunk in ask("fake/cut", stream=True):
        parts.append(chunk.choices[0].delta.content)
    raise AssertionError("a stream that was cut ends as if it were whole")
except openai.APIError as e:
    assert e.code == "provider_cut", e.body
assert parts == ["part"], parts

# Models.
names = [model.id for model in client.models.list()]
assert names == ["fake/limited", "fake/tools", "simulated/simulated"], names
assert client.models.retrieve("fake/tools").owned_by == "fake"

print("all is well with", openai.__version__)
