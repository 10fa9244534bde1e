package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.GetHistoryRequest;
import dev.parley.core.error.Reason;
import dev.parley.server.ServerExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Reading what was said, in pages, in both directions.
class HistoryTest {
  private static final int SAID = 57;

  @RegisterExtension private final ServerExtension server = new ServerExtension();

  private NativeStream alice;
  private NativeCalls calls;
  private List<String> said;

  @BeforeEach
  void talk() {
    alice = NativeStream.joined(server.connect(), "alice");
    calls = NativeCalls.by("bob", server.connect());
    said = IntStream.range(0, SAID).mapToObj(i -> "m" + i).toList();
    for (int i = 0; i < SAID; i++) {
      alice.send(NativeStream.text("m" + i, "text " + i));
      // changes lie between, and are no messages
      alice.send(NativeStream.react("r" + i, "m" + i / 2, "+1"));
    }
    alice.fence();
  }

  private static GetHistoryRequest.Builder general(int limit) {
    return GetHistoryRequest.newBuilder().setRoomId("general").setLimit(limit);
  }

  /// Ids of all messages, page by page towards the beginning.
  private List<String> backwards(BiConsumer<GetHistoryRequest.Builder, ChatMessage> before) {
    List<String> seen = new ArrayList<>();
    GetHistoryRequest.Builder next = general(10);
    for (List<ChatMessage> page = calls.history(next);
        !page.isEmpty();
        page = calls.history(next)) {
      assertThat(page).hasSizeLessThanOrEqualTo(10);
      seen.addAll(0, page.stream().map(ChatMessage::getId).toList());
      next = general(10);
      before.accept(next, page.getFirst());
    }
    return seen;
  }

  /// Ids of all messages, page by page towards the end.
  private List<String> forwards(BiConsumer<GetHistoryRequest.Builder, ChatMessage> after) {
    List<String> seen = new ArrayList<>();
    GetHistoryRequest.Builder next = general(10).setAfterSequence(0);
    for (List<ChatMessage> page = calls.history(next);
        !page.isEmpty();
        page = calls.history(next)) {
      page.stream().map(ChatMessage::getId).forEach(seen::add);
      next = general(10);
      after.accept(next, page.getLast());
    }
    return seen;
  }

  @Test
  void pagesBeforeASequenceHaveEachMessageOnce() {
    assertThat(backwards((next, oldest) -> next.setBeforeSequence(oldest.getSequence())))
        .isEqualTo(said);
  }

  @Test
  void pagesBeforeAMessageHaveEachMessageOnce() {
    assertThat(backwards((next, oldest) -> next.setBeforeMessageId(oldest.getId())))
        .isEqualTo(said);
  }

  @Test
  void pagesAfterASequenceHaveEachMessageOnce() {
    assertThat(forwards((next, newest) -> next.setAfterSequence(newest.getSequence())))
        .isEqualTo(said);
  }

  @Test
  void pagesAfterAMessageHaveEachMessageOnce() {
    assertThat(forwards((next, newest) -> next.setAfterMessageId(newest.getId()))).isEqualTo(said);
  }

  @Test
  void withoutAPointTheNewestFiftyCome() {
    assertThat(calls.history(general(0)))
        .extracting(ChatMessage::getId)
        .isEqualTo(said.subList(SAID - 50, SAID));
  }

  @Test
  void moreThanThereIsIsAllOfIt() {
    assertThat(calls.history(general(100_000))).hasSize(SAID);
  }

  @Test
  void afterTheEndThereIsNothing() {
    for (long sequence : new long[] {2 * SAID, 2 * SAID + 1, Long.MAX_VALUE}) {
      assertThat(calls.history(general(10).setAfterSequence(sequence))).isEmpty();
    }
    assertThat(calls.history(general(10).setBeforeSequence(Long.MAX_VALUE))).hasSize(10);
    assertThat(calls.history(general(10).setBeforeSequence(1))).isEmpty();
  }

  @Test
  void deletedMessagesKeepTheirPlace() {
    alice.done(NativeStream.delete("d", "m3"));
    List<ChatMessage> all = calls.history("general");
    assertThat(all).hasSize(SAID);
    assertThat(all.get(3).hasContent()).isFalse();
    assertThat(all.get(3).hasDeletedAt()).isTrue();
  }

  @Test
  void aThreadIsTheAnswersToAMessage() {
    for (int i = 0; i < 5; i++) {
      alice.done(NativeStream.text("a" + i, "answer " + i).setReplyToId("m" + i % 2));
    }
    assertThat(calls.history(general(10).setThreadId("m0")))
        .extracting(ChatMessage::getId)
        .containsExactly("a0", "a2", "a4");
    assertThat(calls.history(general(2).setThreadId("m0").setAfterSequence(0)))
        .extracting(ChatMessage::getId)
        .containsExactly("a0", "a2");
    assertThat(calls.history(general(10).setThreadId("nothing"))).isEmpty();
  }

  @Test
  void itIsTheSameAfterARestart() throws Exception {
    List<ChatMessage> before = calls.history("general");
    server.stop();
    server.start();
    assertThat(NativeCalls.by("bob", server.connect()).history("general")).isEqualTo(before);
  }

  @Test
  void pointsThatMakeNoSenseAreRefused() {
    assertThat(refusal(general(10).setBeforeMessageId("nothing")))
        .isEqualTo(Reason.MESSAGE_NOT_FOUND);
    assertThat(refusal(general(10).setAfterMessageId("nothing")))
        .isEqualTo(Reason.MESSAGE_NOT_FOUND);
    assertThat(refusal(general(10).setBeforeSequence(-1))).isEqualTo(Reason.INVALID_REQUEST);
    assertThat(refusal(general(10).setAfterSequence(-1))).isEqualTo(Reason.INVALID_REQUEST);
    assertThat(refusal(general(-1))).isEqualTo(Reason.INVALID_REQUEST);
    assertThat(refusal(general(10).setBeforeSequence(5).setAfterSequence(1)))
        .isEqualTo(Reason.INVALID_REQUEST);
    assertThat(refusal(general(10).setRoomId("nowhere"))).isEqualTo(Reason.ROOM_NOT_FOUND);
    assertThat(refusal(general(10).setRoomId(""))).isEqualTo(Reason.INVALID_REQUEST);
  }

  private Reason refusal(GetHistoryRequest.Builder request) {
    return NativeCalls.refusal(() -> calls.history(request));
  }
}
