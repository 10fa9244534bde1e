package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.server.ServerExtension;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What is as large as it may be is taken.
class NativeLimitsTest {
  @RegisterExtension private final ServerExtension server = new ServerExtension();

  @Test
  void theLargestOfEverythingIsTakenAndComesBackWhole() {
    NativeStream alice = NativeStream.joined(server.connect(), "ä".repeat(64));
    String id = "x".repeat(128);
    String text = "😀".repeat(16_384);
    alice.done(
        NativeStream.text(id, text)
            .addAllMentions(IntStream.range(0, 100).mapToObj(i -> "%0128d".formatted(i)).toList()));
    assertThat(alice.message(text).getMessage().getMentionsCount()).isEqualTo(100);
    alice.done(NativeStream.react("r1", id, "e".repeat(64)));
    alice.done(NativeStream.text("m2", "tab\tline\r\nnext").setReplyToId(id));
    assertThat(NativeCalls.by("bob", server.connect()).history("general")).hasSize(2);
  }

  @Test
  void whatIsSaidIsNotInterpreted() {
    NativeStream alice = NativeStream.joined(server.connect(), "';DROP_TABLE_entry;--");
    for (String text : new String[] {"/typing", "%s%n", "'; DROP TABLE x; --", "\u202eabc", "{}"}) {
      alice.done(NativeStream.text("", text).setId("id-" + text.hashCode()));
      alice.message(text);
    }
    assertThat(alice.all(EventCase.ERROR)).isEmpty();
  }
}
