package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.AckEvent;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.Edit;
import dev.parley.chat.v1.Join;
import dev.parley.chat.v1.MemberRole;
import dev.parley.chat.v1.MessageDeletedEvent;
import dev.parley.chat.v1.Reaction;
import dev.parley.server.ServerExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Messages that are edited, deleted and reacted to.
class NativeChangesTest {
  @RegisterExtension private final ServerExtension server = new ServerExtension();

  private NativeStream alice;
  private NativeStream bob;
  private long said;

  @BeforeEach
  void say() {
    alice = NativeStream.joined(server.connect(), "alice");
    bob = NativeStream.joined(server.connect(), "bob");
    said = alice.said("m1", "helo").getSequence();
  }

  private ChatMessage stored() {
    return NativeCalls.by("bob", server.connect()).history("general").getFirst();
  }

  private String refusal(NativeStream stream, ChatRequest.Builder request) {
    return stream.refused(request).getReason();
  }

  @Test
  void anEditIsToldInOrderAndTheMessageKeepsItsPlace() {
    AckEvent ack = alice.done(NativeStream.edit("e1", "m1", "hello").addMentions("bob"));
    assertThat(ack.getSequence()).isEqualTo(said + 1);
    ChatEvent event = bob.await(EventCase.MESSAGE_EDITED);
    assertThat(event.getSequence()).isEqualTo(said + 1);
    ChatMessage edited = event.getMessageEdited().getMessage();
    assertThat(edited.getSequence()).isEqualTo(said);
    assertThat(edited.getContent().getText()).isEqualTo("hello");
    assertThat(edited.hasEditedAt()).isTrue();
    assertThat(stored()).isEqualTo(edited);
    assertThat(stored().getMentionsList()).containsExactly("bob");
  }

  @Test
  void anEditMayNameTheSequenceInsteadOfTheId() {
    alice.done(
        NativeStream.text("e1", "hello").setEdit(Edit.newBuilder().setSequence(said).build()));
    assertThat(stored().getContent().getText()).isEqualTo("hello");
  }

  @Test
  void theSameEditAgainIsOneEdit() throws Exception {
    AckEvent first = alice.done(NativeStream.edit("e1", "m1", "hello"));
    AckEvent again = first.toBuilder().setDuplicate(true).build();
    assertThat(alice.done(NativeStream.edit("e1", "m1", "hello"))).isEqualTo(again);
    server.stop();
    server.start();
    NativeStream back = NativeStream.joined(server.connect(), "alice");
    assertThat(back.done(NativeStream.edit("e1", "m1", "hello"))).isEqualTo(again);
  }

  @Test
  void onlyTheAuthorEdits() {
    assertThat(refusal(bob, NativeStream.edit("e1", "m1", "mine"))).isEqualTo("PERMISSION_DENIED");
    assertThat(refusal(alice, NativeStream.edit("e1", "nothing", "x")))
        .isEqualTo("MESSAGE_NOT_FOUND");
    assertThat(refusal(alice, NativeStream.edit("e1", "", "x"))).isEqualTo("INVALID_REQUEST");
    assertThat(refusal(alice, NativeStream.edit("e1", "m1", ""))).isEqualTo("INVALID_REQUEST");
    assertThat(stored().hasEditedAt()).isFalse();
  }

  @Test
  void aDeletedMessageKeepsItsPlaceAndNothingElse() {
    alice.done(NativeStream.delete("d1", "m1"));
    ChatEvent event = bob.await(EventCase.MESSAGE_DELETED);
    MessageDeletedEvent deleted = event.getMessageDeleted();
    assertThat(event.getSequence()).isEqualTo(said + 1);
    assertThat(deleted.getMessageId()).isEqualTo("m1");
    assertThat(deleted.getMessageSequence()).isEqualTo(said);
    assertThat(deleted.getAuthorId()).isEqualTo("alice");
    assertThat(deleted.getDeletedBy().getId()).isEqualTo("alice");
    assertThat(stored().hasContent()).isFalse();
    assertThat(stored().hasDeletedAt()).isTrue();
    NativeStream late = NativeStream.open(server.connect(), "late");
    late.join("general", Join.newBuilder().setAfterSequence(0));
    late.await(EventCase.CAUGHT_UP);
    assertThat(late.messages()).hasSize(1).noneMatch(ChatMessage::hasContent);
  }

  @Test
  void aDeletedMessageIsNeitherEditedNorReactedToNorDeletedAgain() {
    alice.done(NativeStream.delete("d1", "m1"));
    assertThat(refusal(alice, NativeStream.edit("e1", "m1", "x"))).isEqualTo("MESSAGE_DELETED");
    assertThat(refusal(bob, NativeStream.react("r1", "m1", "+1"))).isEqualTo("MESSAGE_DELETED");
    assertThat(refusal(alice, NativeStream.delete("d2", "m1"))).isEqualTo("MESSAGE_DELETED");
    assertThat(alice.done(NativeStream.delete("d1", "m1")).getDuplicate()).isTrue();
    assertThat(alice.said("m1", "helo").getDuplicate()).isTrue();
  }

  @Test
  void othersMessagesAreDeletedByModeratorsOnly() {
    NativeCalls owner = NativeCalls.by("alice", server.connect());
    owner.create("club");
    alice.join("club");
    bob.join("club");
    NativeStream carol = NativeStream.open(server.connect(), "carol");
    carol.join("club");
    carol.done(NativeStream.textIn("club", "c1", "spam"));
    ChatRequest.Builder delete = NativeStream.delete("d1", "c1").setRoomId("club");
    assertThat(refusal(bob, delete)).isEqualTo("PERMISSION_DENIED");
    owner
        .rooms()
        .addMember(
            dev.parley.chat.v1.AddMemberRequest.newBuilder()
                .setRoomId("club")
                .setUserId("bob")
                .setRole(MemberRole.MEMBER_ROLE_MODERATOR)
                .build());
    bob.done(delete);
    MessageDeletedEvent deleted = carol.await(EventCase.MESSAGE_DELETED).getMessageDeleted();
    assertThat(deleted.getAuthorId()).isEqualTo("carol");
    assertThat(deleted.getDeletedBy().getId()).isEqualTo("bob");
  }

  @Test
  void reactionsAreToldAndKeptInTheOrderOfTheirFirstUse() {
    bob.done(NativeStream.react("r1", "m1", "+1"));
    alice.done(NativeStream.react("r2", "m1", "tada"));
    alice.done(NativeStream.react("r3", "m1", "+1"));
    ChatEvent first = alice.all(EventCase.REACTION).getFirst();
    assertThat(first.getSequence()).isEqualTo(said + 1);
    assertThat(first.getReaction().getUser().getId()).isEqualTo("bob");
    assertThat(first.getReaction().getMessageSequence()).isEqualTo(said);
    assertThat(first.getReaction().getRemoved()).isFalse();
    assertThat(stored().getReactionsList())
        .containsExactly(
            Reaction.newBuilder().setEmoji("+1").addUserIds("bob").addUserIds("alice").build(),
            Reaction.newBuilder().setEmoji("tada").addUserIds("alice").build());
  }

  @Test
  void aReactionIsTakenOffByItsUserOnly() {
    bob.done(NativeStream.react("r1", "m1", "+1"));
    ChatRequest.Builder remove = NativeStream.react("r2", "m1", "+1");
    remove.getReactBuilder().setRemove(true);
    assertThat(alice.done(remove).getSequence()).isZero(); // there was nothing to take off
    bob.done(remove);
    alice.fence();
    assertThat(alice.all(EventCase.REACTION))
        .extracting(event -> event.getReaction().getRemoved())
        .containsExactly(false, true);
    assertThat(stored().getReactionsList()).isEmpty();
  }

  @Test
  void reactionsAreBoundedAndChecked() {
    assertThat(refusal(bob, NativeStream.react("r", "m1", ""))).isEqualTo("INVALID_REQUEST");
    assertThat(refusal(bob, NativeStream.react("r", "m1", "a\nb"))).isEqualTo("INVALID_REQUEST");
    assertThat(refusal(bob, NativeStream.react("r", "m1", "x".repeat(65)))).isEqualTo("TOO_LARGE");
    assertThat(refusal(bob, NativeStream.react("r", "none", "+1"))).isEqualTo("MESSAGE_NOT_FOUND");
    for (int i = 0; i < 32; i++) {
      bob.done(NativeStream.react("r" + i, "m1", "e" + i));
    }
    assertThat(refusal(bob, NativeStream.react("r32", "m1", "e32"))).isEqualTo("LIMIT_REACHED");
    alice.done(NativeStream.react("r0", "m1", "e0"));
    assertThat(stored().getReactionsCount()).isEqualTo(32);
  }
}
