package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.Delete;
import dev.parley.chat.v1.ErrorEvent;
import dev.parley.chat.v1.FileContent;
import dev.parley.chat.v1.ImageContent;
import dev.parley.chat.v1.MessageContent;
import dev.parley.chat.v1.SystemMessage;
import dev.parley.core.error.Reason;
import dev.parley.server.ServerExtension;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Requests that are refused, each on the stream, which lives on.
class NativeRefusalTest {
  @RegisterExtension private final ServerExtension server = new ServerExtension();

  private NativeStream alice;
  private NativeStream bob;

  @BeforeEach
  void enter() {
    alice = NativeStream.joined(server.connect(), "alice");
    bob = NativeStream.joined(server.connect(), "bob");
  }

  /// Whatever was refused, the stream goes on, and nobody else has noticed.
  @AfterEach
  void theStreamLivesOnAndNobodyElseHasNoticed() {
    alice.said("fence", "fence");
    bob.message("fence");
    assertThat(bob.texts()).containsExactly("fence");
    assertThat(bob.all(EventCase.ERROR)).isEmpty();
  }

  private ErrorEvent refused(ChatRequest.Builder request) {
    alice.send(request);
    return alice.await(EventCase.ERROR).getError();
  }

  private void refusedFor(Reason reason, ChatRequest.Builder request) {
    ErrorEvent error = refused(request);
    assertThat(error.getReason()).as(error.getMessage()).isEqualTo(reason.name());
    assertThat(error.getCode()).isEqualTo(reason.code().number());
    assertThat(error.getAdvice()).isEqualTo(reason.advice());
    assertThat(error.getMessage()).isNotEmpty();
    assertThat(error.hasRetryAfter()).isFalse();
  }

  private static ChatRequest.Builder content(MessageContent.Builder content) {
    return NativeStream.request("c").setContent(content);
  }

  @Test
  void theErrorNamesRequestAndRoom() {
    ErrorEvent error = refused(NativeStream.textIn("random", "m1", "hello"));
    assertThat(error.getRequestId()).isEqualTo("m1");
    assertThat(error.getRoomId()).isEqualTo("random");
    assertThat(error.getReason()).isEqualTo("NOT_A_MEMBER");
  }

  @Test
  void idsAreBoundedAndClean() {
    refusedFor(Reason.TOO_LARGE, NativeStream.text("x".repeat(129), "hello"));
    refusedFor(Reason.TOO_LARGE, NativeStream.text("😀".repeat(33), "hello"));
    refusedFor(Reason.INVALID_REQUEST, NativeStream.text("a\nb", "hello"));
    refusedFor(Reason.INVALID_REQUEST, NativeStream.text("a\0", "hello"));
    refusedFor(Reason.INVALID_REQUEST, NativeStream.textIn("", "m", "hello"));
    refusedFor(Reason.INVALID_REQUEST, NativeStream.textIn("a room", "m", "hello"));
    refusedFor(Reason.TOO_LARGE, NativeStream.textIn("x".repeat(129), "m", "hello"));
    refusedFor(Reason.ROOM_NOT_FOUND, NativeStream.textIn("nowhere", "m", "hello"));
  }

  @Test
  void whatIsTooLongIsNotSentBack() {
    ErrorEvent error = refused(NativeStream.textIn("r".repeat(129), "x".repeat(129), "hello"));
    assertThat(error.getRequestId()).isEmpty();
    assertThat(error.getRoomId()).isEmpty();
    assertThat(error.getMessage()).hasSizeLessThan(200);
  }

  @Test
  void textsAreBoundedAndClean() {
    refusedFor(Reason.INVALID_REQUEST, NativeStream.text("m", ""));
    refusedFor(Reason.TOO_LARGE, NativeStream.text("m", "x".repeat(65_537)));
    refusedFor(Reason.TOO_LARGE, NativeStream.text("m", "ä".repeat(32_769)));
    for (String bad : List.of("\0", "\u001b[2J", "\u007f", "\u0085")) {
      refusedFor(Reason.INVALID_REQUEST, NativeStream.text("m", "a" + bad + "b"));
    }
  }

  @Test
  void contentIsOneOfTheKindsThatClientsSend() {
    refusedFor(Reason.INVALID_REQUEST, NativeStream.request("m"));
    refusedFor(Reason.INVALID_REQUEST, content(MessageContent.newBuilder()));
    refusedFor(
        Reason.INVALID_REQUEST,
        content(MessageContent.newBuilder().setSystem(SystemMessage.newBuilder().setContent("x"))));
    for (String url : List.of("", "javascript:alert(1)", "file:///etc/passwd", "https://a b")) {
      refusedFor(
          Reason.INVALID_REQUEST,
          content(MessageContent.newBuilder().setImage(ImageContent.newBuilder().setUrl(url))));
      refusedFor(
          Reason.INVALID_REQUEST,
          content(MessageContent.newBuilder().setFile(FileContent.newBuilder().setUrl(url))));
    }
    String url = "https://example.org/a";
    refusedFor(
        Reason.INVALID_REQUEST,
        content(
            MessageContent.newBuilder()
                .setImage(ImageContent.newBuilder().setUrl(url).setWidth(-1))));
    refusedFor(
        Reason.INVALID_REQUEST,
        content(
            MessageContent.newBuilder()
                .setFile(FileContent.newBuilder().setUrl(url).setSizeBytes(-1))));
    refusedFor(
        Reason.TOO_LARGE,
        content(
            MessageContent.newBuilder()
                .setFile(FileContent.newBuilder().setUrl(url).setFilename("x".repeat(256)))));
  }

  @Test
  void repliesMentionsAndTimesAreChecked() {
    ChatRequest.Builder text = NativeStream.text("m", "hello");
    refusedFor(Reason.MESSAGE_NOT_FOUND, text.clone().setReplyToId("nothing"));
    refusedFor(Reason.TOO_LARGE, text.clone().setReplyToId("x".repeat(129)));
    refusedFor(
        Reason.TOO_LARGE,
        text.clone().addAllMentions(IntStream.range(0, 101).mapToObj(i -> "u" + i).toList()));
    refusedFor(Reason.INVALID_REQUEST, text.clone().addMentions(""));
    refusedFor(
        Reason.INVALID_REQUEST, text.clone().setTimestamp(Timestamp.newBuilder().setNanos(-1)));
    refusedFor(
        Reason.INVALID_REQUEST,
        text.clone().setTimestamp(Timestamp.newBuilder().setSeconds(Long.MAX_VALUE)));
  }

  @Test
  void changesNeedAMessageThatIsThere() {
    refusedFor(Reason.INVALID_REQUEST, NativeStream.edit("e", "", "x"));
    refusedFor(Reason.INVALID_REQUEST, NativeStream.delete("d", ""));
    refusedFor(Reason.INVALID_REQUEST, NativeStream.react("r", "", "+1"));
    refusedFor(Reason.TOO_LARGE, NativeStream.delete("d", "x".repeat(129)));
    refusedFor(Reason.MESSAGE_NOT_FOUND, NativeStream.delete("d", "nothing"));
    for (long sequence : new long[] {1, 1_000, Long.MAX_VALUE}) { // 1 is no message
      refusedFor(
          Reason.MESSAGE_NOT_FOUND,
          NativeStream.request("d").setDelete(Delete.newBuilder().setSequence(sequence)));
    }
  }

  @Test
  void everythingInARoomNeedsBeingInIt() {
    List.of(
            NativeStream.text("a", "x"),
            NativeStream.edit("a", "m", "x"),
            NativeStream.delete("a", "m"),
            NativeStream.react("a", "m", "+1"),
            NativeStream.readUpTo(1).setId("a"),
            NativeStream.typing(true).setId("a"))
        .forEach(request -> refusedFor(Reason.NOT_A_MEMBER, request.setRoomId("random")));
    List.of(NativeStream.leave("a"), NativeStream.typing(true).setId("a"))
        .forEach(request -> refusedFor(Reason.ROOM_NOT_FOUND, request.setRoomId("nowhere")));
  }

  @Test
  void refusalsKeepTheirPlaceAmongTheAnswers() {
    NativeStream carol = NativeStream.joined(server.connect(), "carol");
    carol.join("random");
    List<String> ids = IntStream.range(0, 100).mapToObj(i -> "m" + i).toList();
    for (String id : ids) {
      boolean bad = id.endsWith("7");
      carol.send(NativeStream.textIn(bad ? "nowhere" : "random", id, "x"));
    }
    carol.find(event -> event.getAck().getMessageId().equals("m99"));
    assertThat(carol.all())
        .filteredOn(event -> event.hasAck() || event.hasError())
        .extracting(e -> e.hasAck() ? e.getAck().getMessageId() : e.getError().getRequestId())
        .isEqualTo(ids);
  }
}
