package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.Hello;
import dev.parley.chat.v1.Join;
import dev.parley.server.ServerExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What a client wished for in its hello: no echo, batches.
class NativeWishesTest {
  @RegisterExtension private final ServerExtension server = new ServerExtension();

  private NativeStream join(String user) {
    return NativeStream.joined(server.connect(), user);
  }

  private static ChatRequest.Builder withoutEcho(String user) {
    return NativeStream.hello(user, Hello.newBuilder().setWithoutEcho(true));
  }

  @Test
  void withoutEchoOwnMessagesComeAsAcksAlone() {
    NativeStream alice = NativeStream.open(server.connect(), withoutEcho("alice"));
    alice.join("general");
    NativeStream desk = join("alice");
    NativeStream bob = join("bob");
    for (int i = 0; i < 20; i++) {
      alice.said("a" + i, "a" + i);
      bob.said("b" + i, "b" + i);
    }
    alice.said("a0", "a0");
    desk.said("desk", "from the other device");
    alice.message("from the other device");
    alice.fence();
    assertThat(alice.texts()).hasSize(21).noneMatch(text -> text.startsWith("a"));
    desk.fence();
    assertThat(desk.texts()).hasSize(41);
  }

  @Test
  void withoutEchoOwnMessagesComeInWhatIsReadAnew() {
    NativeStream alice = NativeStream.open(server.connect(), withoutEcho("alice"));
    alice.join("general");
    alice.said("m1", "mine");
    alice.join("general", Join.newBuilder().setAfterSequence(0));
    alice.await(EventCase.CAUGHT_UP);
    assertThat(alice.texts()).containsExactly("mine");
  }

  @Test
  void batchesGoOnlyToStreamsThatAskedForThem() {
    NativeStream plain =
        NativeStream.open(server.connect(), NativeStream.hello("plain", Hello.newBuilder()));
    NativeStream batched = NativeStream.open(server.connect(), "batched");
    NativeStream alice = join("alice");
    for (int i = 0; i < 50; i++) {
      alice.send(NativeStream.text("m" + i, "m" + i));
    }
    alice.ack("m49");
    plain.join("general", Join.newBuilder().setAfterSequence(0));
    batched.join("general", Join.newBuilder().setAfterSequence(0));
    plain.await(EventCase.CAUGHT_UP);
    batched.await(EventCase.CAUGHT_UP);
    assertThat(plain.texts()).hasSize(50).isEqualTo(batched.texts());
    assertThat(plain.batches()).isZero();
    assertThat(batched.batches()).isPositive();
  }
}
