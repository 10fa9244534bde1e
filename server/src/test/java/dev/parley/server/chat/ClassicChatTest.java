package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.parley.classic.AckEvent;
import dev.parley.classic.ChatEvent;
import dev.parley.classic.ChatEvent.EventCase;
import dev.parley.classic.ChatMessage;
import dev.parley.classic.FileContent;
import dev.parley.classic.ImageContent;
import dev.parley.classic.MessageContent;
import dev.parley.classic.User;
import dev.parley.server.ServerExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What is said on a classic stream, and what comes back.
class ClassicChatTest {
  @RegisterExtension private final ServerExtension server = new ServerExtension();

  private ClassicStream alice;
  private ClassicStream bob;

  @BeforeEach
  void enter() {
    alice = ClassicStream.joined(server.connect(), "alice");
    bob = ClassicStream.joined(server.connect(), "bob");
  }

  @Test
  void everyoneInTheRoomGetsAMessageTheSenderToo() {
    alice.say("m1", "hello");
    assertThat(alice.message("hello")).isEqualTo(bob.message("hello"));
  }

  @Test
  void theAckGoesToTheSenderOnly() {
    assertThat(alice.said("m1", "hello").getMessageId()).isEqualTo("m1");
    bob.message("hello");
    bob.said("m2", "answer");
    assertThat(bob.all(EventCase.ACK)).hasSize(1);
  }

  @Test
  void theFirstFrameIsNotAnswered() {
    alice.said("m1", "hello");
    assertThat(alice.all(EventCase.ACK)).hasSize(1);
    assertThat(alice.all(EventCase.ERROR)).isEmpty();
  }

  @Test
  void idAndTimestampOfTheClientAreKept() {
    Timestamp said = Timestamp.newBuilder().setSeconds(1_600_000_000).setNanos(5_000).build();
    alice.send(ClassicStream.text("mine", "hello").setTimestamp(said));
    ChatMessage message = bob.message("hello");
    assertThat(message.getId()).isEqualTo("mine");
    assertThat(message.getTimestamp()).isEqualTo(said);
    alice.ack("mine");
  }

  @Test
  void missingIdAndTimestampAreGivenAndAreTheSameInAckAndMessage() {
    alice.send(ClassicStream.text("", "hello"));
    AckEvent ack = alice.await(EventCase.ACK).getAck();
    ChatMessage message = bob.message("hello");
    assertThat(message.getId()).isNotEmpty().isEqualTo(ack.getMessageId());
    assertThat(message.getTimestamp()).isEqualTo(ack.getServerTimestamp());
  }

  @Test
  void theSenderIsTheStreamsOwnUserWhateverTheFrameSays() {
    alice.send(ClassicStream.text("m1", "hello").setSender(User.newBuilder().setId("bob").build()));
    User sender = bob.message("hello").getSender();
    assertThat(sender.getId()).isEqualTo("alice");
    assertThat(sender.getUsername()).isEqualTo("alice-name");
    assertThat(sender.getDisplayName()).isEqualTo("ALICE");
  }

  @Test
  void repliesAndMentionsArriveAsTheyWereSent() {
    alice.said("m1", "question");
    bob.send(ClassicStream.text("m2", "answer").setReplyToId("m1").addMentions("alice"));
    ChatMessage answer = alice.message("answer");
    assertThat(answer.getReplyToId()).isEqualTo("m1");
    assertThat(answer.getMentionsList()).containsExactly("alice");
  }

  @Test
  void typingIsToldToTheOthersOnlyAndIsNoMessage() {
    alice.say("", "/typing");
    ChatEvent typing = bob.await(EventCase.USER_TYPING);
    assertThat(typing.getUserTyping().getUser().getId()).isEqualTo("alice");
    assertThat(typing.getUserTyping().getRoomId()).isEqualTo("general");
    assertThat(typing.getUserTyping().getIsTyping()).isTrue();
    alice.say("", "/stoptyping");
    assertThat(bob.await(EventCase.USER_TYPING).getUserTyping().getIsTyping()).isFalse();
    alice.say("m1", "fence");
    alice.message("fence");
    assertThat(alice.all(EventCase.USER_TYPING)).isEmpty();
    assertThat(alice.texts()).containsExactly("fence");
    assertThat(alice.history("general", 10, "")).hasSize(1);
  }

  @Test
  void theUsersCommandAnswersTheAskerWithASystemMessage() {
    alice.say("", "/users");
    ChatMessage answer = alice.await(EventCase.MESSAGE).getMessage();
    assertThat(answer.getContent().getSystem().getContent())
        .isEqualTo("Online users: alice-name, bob-name");
    assertThat(answer.getId()).isNotEmpty();
    alice.said("m1", "fence");
    bob.message("fence");
    assertThat(bob.all(EventCase.MESSAGE)).hasSize(1);
    assertThat(bob.history("general", 10, "")).hasSize(1);
  }

  @Test
  void anotherTextBeginningWithASlashIsAnErrorAndNoMessage() {
    alice.say("m1", "/dance");
    assertThat(alice.await(EventCase.ERROR).getError().getCode()).isEqualTo(3);
    alice.said("m2", "fence");
    bob.message("fence");
    assertThat(bob.texts()).containsExactly("fence");
    assertThat(alice.all(EventCase.ACK)).hasSize(1);
  }

  @Test
  void aMessageForARoomNotJoinedIsAnErrorWithoutAck() {
    alice.send(ClassicStream.text("m1", "hello").setRoomId("random"));
    assertThat(alice.await(EventCase.ERROR).getError().getCode()).isEqualTo(7);
    alice.send(ClassicStream.text("m2", "hello").setRoomId("no-such-room"));
    assertThat(alice.await(EventCase.ERROR).getError().getCode()).isEqualTo(7);
    alice.said("m3", "the stream goes on");
    assertThat(alice.all(EventCase.ACK)).hasSize(1);
    assertThat(alice.history("random", 10, "")).isEmpty();
  }

  @Test
  void imagesAndFilesObeyMembershipAsTextsDo() {
    MessageContent image =
        MessageContent.newBuilder()
            .setImage(ImageContent.newBuilder().setUrl("https://example.org/a.png").setWidth(9))
            .build();
    MessageContent file =
        MessageContent.newBuilder()
            .setFile(
                FileContent.newBuilder().setUrl("https://example.org/a").setSizeBytes(1L << 40))
            .build();
    alice.send(ClassicStream.text("m1", "").setContent(image).setRoomId("random"));
    assertThat(alice.await(EventCase.ERROR).getError().getCode()).isEqualTo(7);
    alice.send(ClassicStream.text("m2", "").setContent(file).setRoomId("random"));
    assertThat(alice.await(EventCase.ERROR).getError().getCode()).isEqualTo(7);
    alice.send(ClassicStream.text("m3", "").setContent(image));
    alice.send(ClassicStream.text("m4", "").setContent(file));
    assertThat(bob.await(EventCase.MESSAGE).getMessage().getContent()).isEqualTo(image);
    assertThat(bob.await(EventCase.MESSAGE).getMessage().getContent()).isEqualTo(file);
  }

  @Test
  void theSameIdTwiceIsTwoAcksAndOneDelivery() {
    AckEvent first = alice.said("m1", "once");
    AckEvent second = alice.said("m1", "once");
    assertThat(second.getServerTimestamp()).isEqualTo(first.getServerTimestamp());
    alice.said("m2", "fence");
    bob.message("fence");
    assertThat(bob.texts()).containsExactly("once", "fence");
  }

  @Test
  void anEmptyFrameInMidStreamIsAnErrorThatNobodyElseNotices() {
    alice.send(ChatMessage.newBuilder());
    assertThat(alice.await(EventCase.ERROR).getError().getCode()).isEqualTo(3);
    alice.send(ChatMessage.newBuilder().setId("m1").setRoomId("general"));
    assertThat(alice.await(EventCase.ERROR).getError().getCode()).isEqualTo(3);
    alice.send(
        ChatMessage.newBuilder().setRoomId("general").setContent(MessageContent.newBuilder()));
    assertThat(alice.await(EventCase.ERROR).getError().getCode()).isEqualTo(3);
    alice.said("m2", "fence");
    bob.message("fence");
    assertThat(bob.texts()).containsExactly("fence");
    assertThat(bob.all(EventCase.ERROR)).isEmpty();
  }

  @Test
  void aFirstFrameWithContentIsAMessageToo() {
    ClassicStream carol = ClassicStream.silent(server.connect(), "carol");
    carol.send(ClassicStream.text("m1", "early").setSender(ClassicStream.user("carol")));
    assertThat(carol.await(EventCase.ERROR).getError().getCode()).isEqualTo(7);
  }

  @Test
  void aFirstFrameWithoutSenderEndsTheStream() {
    ClassicStream carol = ClassicStream.silent(server.connect(), "carol");
    carol.send(ClassicStream.text("m1", "early"));
    assertThat(carol.inbox().end().getStatus().getCode().value()).isEqualTo(3);
  }
}
