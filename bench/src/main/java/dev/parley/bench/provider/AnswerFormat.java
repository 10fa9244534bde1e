package dev.parley.bench.provider;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/// An answer as server-sent events. Immutable.
sealed interface AnswerFormat {
  /// A delta.
  ByteBuf delta(int index, byte[] text);

  /// The proper end.
  ByteBuf end();

  /// That something went wrong.
  ByteBuf error();

  /// What no parser takes.
  ByteBuf broken();

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
  }

  /// Chunks of OpenAI's chat completions (platform.openai.com/docs/api-reference/chat/streaming).
  final class OpenAi implements AnswerFormat {
    private static final byte[] AFTER =
        "\"},\"finish_reason\":null}]}\n\n".getBytes(StandardCharsets.UTF_8);

    private final String head;
    private final boolean usage;
    private final byte[] before;

    /// @param usage whether the tokens are told in the end
    OpenAi(int question, String model, boolean usage) {
      this.usage = usage;
      head =
          "data: {\"id\":\"chatcmpl-%08x\",\"object\":\"chat.completion.chunk\",\"created\":1750000000,\"model\":\"%s\","
              .formatted(question, model);
      before =
          (head + "\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"")
              .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public ByteBuf delta(int index, byte[] text) {
      return Unpooled.buffer(before.length + text.length + AFTER.length)
          .writeBytes(before)
          .writeBytes(text)
          .writeBytes(AFTER);
    }

    @Override
    public ByteBuf end() {
      String tokens =
          usage
              ? head
                  + "\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1,\"total_tokens\":2}}\n\n"
              : "";
      return bytes(
          head
              + "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
              + tokens
              + "data: [DONE]\n\n");
    }

    @Override
    public ByteBuf error() {
      return bytes(
          "data: {\"error\":{\"message\":\"the model fell"
              + " over\",\"type\":\"server_error\",\"code\":null}}\n\n");
    }

    @Override
    public ByteBuf broken() {
      return bytes(head + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"half of\n\n");
    }
  }

  /// The stream of a prediction of Replicate (replicate.com/docs/topics/predictions/streaming).
  final class Replicate implements AnswerFormat {
    @Override
    public ByteBuf delta(int index, byte[] text) {
      return bytes(
          "event: output\nid: %d\ndata: %s\n\n"
              .formatted(index, new String(text, StandardCharsets.UTF_8)));
    }

    @Override
    public ByteBuf end() {
      return bytes("event: done\ndata: {}\n\n");
    }

    @Override
    public ByteBuf error() {
      return bytes("event: error\ndata: {\"detail\":\"the model fell over\"}\n\n");
    }

    @Override
    public ByteBuf broken() {
      return bytes("event: done\ndata: {\"reason\":\n\n");
    }
  }
}
