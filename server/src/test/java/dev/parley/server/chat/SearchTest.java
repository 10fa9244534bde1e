package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.SearchMessagesRequest;
import dev.parley.chat.v1.SearchMessagesResponse;
import dev.parley.core.error.Reason;
import dev.parley.core.limit.Limits;
import dev.parley.server.ServerExtension;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Messages found by their words.
class SearchTest {
  @RegisterExtension private final ServerExtension server = new ServerExtension();

  private NativeStream alice;
  private NativeStream bob;
  private NativeCalls calls;

  @BeforeEach
  void enter() {
    alice = NativeStream.joined(server.connect(), "alice");
    bob = NativeStream.joined(server.connect(), "bob");
    calls = NativeCalls.by("bob", server.connect());
  }

  private static SearchMessagesRequest.Builder general(String query) {
    return SearchMessagesRequest.newBuilder().setRoomId("general").setQuery(query);
  }

  private SearchMessagesResponse search(SearchMessagesRequest.Builder request) {
    return calls.rooms().searchMessages(request.build());
  }

  private List<String> found(SearchMessagesRequest.Builder request) {
    return search(request).getMessagesList().stream().map(ChatMessage::getId).toList();
  }

  @Test
  void wordsPhrasesAndBeginningsAreFoundNewestFirst() {
    alice.said("m1", "the quick brown fox");
    alice.said("m2", "brown is the quick one");
    bob.said("m3", "a quickstep");
    assertThat(found(general("quick"))).containsExactly("m2", "m1");
    assertThat(found(general("quick BROWN"))).containsExactly("m2", "m1");
    assertThat(found(general("\"quick brown\""))).containsExactly("m1");
    assertThat(found(general("quick*"))).containsExactly("m3", "m2", "m1");
    assertThat(found(general("quick*").setAuthorId("bob"))).containsExactly("m3");
    assertThat(found(general("slow"))).isEmpty();
  }

  @Test
  void pagesHaveEachMessageOnce() {
    for (int i = 0; i < 25; i++) {
      alice.said("m" + i, "needle " + i);
    }
    List<String> seen = new ArrayList<>();
    SearchMessagesRequest.Builder next = general("needle").setPageSize(10);
    SearchMessagesResponse page;
    do {
      page = search(next);
      page.getMessagesList().stream().map(ChatMessage::getId).forEach(seen::add);
      next.setPageToken(page.getNextPageToken());
    } while (!page.getNextPageToken().isEmpty());
    assertThat(seen).hasSize(25).doesNotHaveDuplicates().startsWith("m24").endsWith("m0");
  }

  @Test
  void aPageEndsWhereItWouldBeTooLarge() {
    String padding = " " + "x".repeat(60_000);
    for (int i = 0; i < 40; i++) {
      alice.said("m" + i, "needle " + i + padding);
    }
    List<String> seen = new ArrayList<>();
    SearchMessagesRequest.Builder next = general("needle").setPageSize(200);
    SearchMessagesResponse page;
    do {
      page = search(next);
      assertThat(page.getSerializedSize()).isLessThan(2 * Limits.MAX_ANSWER_BYTES);
      page.getMessagesList().stream().map(ChatMessage::getId).forEach(seen::add);
      next.setPageToken(page.getNextPageToken());
    } while (!page.getNextPageToken().isEmpty());
    assertThat(seen).hasSize(40).doesNotHaveDuplicates().startsWith("m39").endsWith("m0");
    assertThat(search(next.clearRoomId().clearPageToken()).getMessagesList())
        .hasSizeBetween(1, 20)
        .first()
        .extracting(ChatMessage::getId)
        .isEqualTo("m39");
  }

  @Test
  void whatWasEditedIsFoundAsItIsNowAndWhatWasDeletedNoMore() {
    alice.said("m1", "before");
    alice.said("m2", "gone");
    alice.done(NativeStream.edit("e1", "m1", "after"));
    alice.done(NativeStream.delete("d1", "m2"));
    assertThat(found(general("before"))).isEmpty();
    assertThat(found(general("gone"))).isEmpty();
    assertThat(found(general("after"))).containsExactly("m1");
  }

  @Test
  void withoutARoomItLooksIntoTheCallersRoomsOnly() {
    alice.said("m1", "needle here");
    alice.join("random");
    alice.done(NativeStream.textIn("random", "m2", "needle there"));
    assertThat(found(SearchMessagesRequest.newBuilder().setQuery("needle"))).containsExactly("m1");
    bob.join("random");
    assertThat(found(SearchMessagesRequest.newBuilder().setQuery("needle")))
        .containsExactly("m2", "m1");
  }

  @Test
  void whatOneMayNotSeeIsNotFound() {
    NativeCalls.by("alice", server.connect()).createPrivate("secret");
    alice.join("secret");
    alice.done(NativeStream.textIn("secret", "m1", "needle"));
    assertThat(found(SearchMessagesRequest.newBuilder().setQuery("needle"))).isEmpty();
    assertThat(NativeCalls.refusal(() -> search(general("needle").setRoomId("secret"))))
        .isEqualTo(Reason.ROOM_NOT_FOUND);
  }

  @Test
  void queriesAreWordsAndNothingElse() {
    alice.said("m1", "plain text");
    for (String query :
        List.of("' OR 1=1 --", "plain AND", "NEAR(plain text)", "body:plain", "(", "*", "\"")) {
      try {
        assertThat(found(general(query))).as(query).isIn(List.of(), List.of("m1"));
      } catch (io.grpc.StatusRuntimeException refused) {
        assertThat(NativeCalls.reason(refused)).as(query).isEqualTo(Reason.INVALID_REQUEST);
      }
    }
    assertThat(NativeCalls.refusal(() -> search(general("")))).isEqualTo(Reason.INVALID_REQUEST);
    assertThat(NativeCalls.refusal(() -> search(general("x".repeat(1_025)))))
        .isEqualTo(Reason.TOO_LARGE);
    assertThat(NativeCalls.refusal(() -> search(general("x").setPageToken("x"))))
        .isEqualTo(Reason.INVALID_REQUEST);
    assertThat(NativeCalls.refusal(() -> search(general("x").setPageSize(-1))))
        .isEqualTo(Reason.INVALID_REQUEST);
  }
}
