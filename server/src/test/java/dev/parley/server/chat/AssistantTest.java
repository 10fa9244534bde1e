package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.AddMemberRequest;
import dev.parley.chat.v1.Capability;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatEvent.EventCase;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.CreateRoomRequest;
import dev.parley.chat.v1.Hello;
import dev.parley.chat.v1.ImportMessagesRequest;
import dev.parley.chat.v1.ImportMessagesResponse;
import dev.parley.chat.v1.Join;
import dev.parley.chat.v1.MemberRole;
import dev.parley.chat.v1.MessageContent;
import dev.parley.chat.v1.OpenDirectRoomRequest;
import dev.parley.chat.v1.RemoveMemberRequest;
import dev.parley.chat.v1.RoomServiceGrpc;
import dev.parley.chat.v1.RoomVisibility;
import dev.parley.chat.v1.Stop;
import dev.parley.chat.v1.User;
import dev.parley.core.error.Reason;
import dev.parley.core.limit.Limits;
import dev.parley.server.ServerExtension;
import dev.parley.testkit.http.FakeProvider;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Assistants in rooms, by a provider that does what it is told.
@Timeout(120)
class AssistantTest {
  private static final String ROOM = NativeStream.ROOM;
  private static final String FINISH =
      "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}";

  private final CountDownLatch goOn = new CountDownLatch(1);
  private volatile FakeProvider.Script script = exchange -> answer(exchange, "Hello ", "there.");
  private final FakeProvider provider = new FakeProvider(exchange -> script.play(exchange));

  @RegisterExtension
  final ServerExtension server =
      new ServerExtension()
          .withLines(
              """
              provider.fake.kind = compatible
              provider.fake.base-url = %s
              provider.fake.first-token-timeout = 60s
              provider.dead.kind = compatible
              provider.dead.base-url = http://127.0.0.1:1/v1
              assistant.helper.model = fake/m
              assistant.helper.system = Be brief.
              assistant.helper.tokens-per-day = 100000
              assistant.other.model = simulated
              assistant.ghost.model = dead/m
              """
                  .formatted(provider.url()));

  @AfterEach
  void close() throws IOException {
    provider.close();
  }

  private static void answer(FakeProvider.Exchange exchange, String... pieces) throws IOException {
    exchange.stream();
    for (String piece : pieces) {
      exchange.data(delta(piece));
    }
    finish(exchange);
  }

  private static void finish(FakeProvider.Exchange exchange) throws IOException {
    exchange.data(FINISH);
    exchange.chunk("data: [DONE]\n\n");
    exchange.end();
  }

  private static String delta(String text) {
    return "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}".formatted(text);
  }

  /// Says "one", waits until the test lets it, then says " two".
  private void inTwoHalves(FakeProvider.Exchange exchange)
      throws IOException, InterruptedException {
    exchange.stream();
    exchange.data(delta("one"));
    goOn.await(20, TimeUnit.SECONDS);
    exchange.data(delta(" two"));
    finish(exchange);
  }

  /// Says "one" and no more.
  private static void halfOf(FakeProvider.Exchange exchange)
      throws IOException, InterruptedException {
    exchange.stream();
    exchange.data(delta("one"));
    exchange.stall();
  }

  private NativeCalls calls(String user) {
    return NativeCalls.by(user, server.connect());
  }

  private void invite(String by, String assistant) {
    invite(by, assistant, ROOM);
  }

  private void invite(String by, String assistant, String room) {
    var _ =
        calls(by)
            .rooms()
            .addMember(AddMemberRequest.newBuilder().setRoomId(room).setUserId(assistant).build());
  }

  /// A user in the usual room who sees messages grow.
  private NativeStream watching(String user) {
    NativeStream stream =
        NativeStream.open(
            server.connect(),
            NativeStream.hello(
                user,
                Hello.newBuilder()
                    .addCapabilities(Capability.CAPABILITY_BATCH)
                    .addCapabilities(Capability.CAPABILITY_GROWING)));
    stream.join(ROOM);
    return stream;
  }

  private static ChatRequest.Builder stop(String id, String message) {
    return NativeStream.request(id).setStop(Stop.newBuilder().setMessageId(message));
  }

  private static ChatMessage growing(NativeStream stream, String text) {
    return stream
        .await(e -> e.getMessageGrowing().getMessage().getContent().getText().equals(text))
        .getMessageGrowing()
        .getMessage();
  }

  /// What an assistant says next.
  private static ChatMessage answer(NativeStream stream, String assistant) {
    return stream
        .await(e -> e.hasMessage() && e.getMessage().getSender().getId().equals(assistant))
        .getMessage();
  }

  private static Predicate<ChatEvent> isSaidBy(String assistant) {
    return event -> event.getMessage().getSender().getId().equals(assistant);
  }

  private static String text(ChatMessage message) {
    return message.getContent().getText();
  }

  @Test
  void itGrowsBeforeEveryonesEyesAndIsJournaledOnce() {
    script = this::inTwoHalves;
    NativeStream ann = watching("ann");
    NativeStream bob = watching("bob");
    invite("ann", "helper");
    ann.said("q1", "@helper, what is up?");

    ChatEvent first =
        bob.await(e -> e.getMessageGrowing().getMessage().getReplyToId().equals("q1"));
    assertThat(first.getMessageGrowing().getAskerId()).isEqualTo("ann");
    assertThat(first.getSequence()).isZero();
    ChatMessage half = growing(bob, "one");
    assertThat(half.getSender().getId()).isEqualTo("helper");
    assertThat(half.getSequence()).isZero();
    assertThat(calls("bob").history(ROOM)).noneMatch(said -> text(said).equals("one"));
    assertThat(bob.all(EventCase.USER_TYPING))
        .anyMatch(
            e ->
                e.getUserTyping().getIsTyping()
                    && e.getUserTyping().getUser().getId().equals("helper"));

    goOn.countDown();
    ChatMessage whole = bob.message("one two").getMessage();
    assertThat(whole.getId()).isEqualTo(half.getId());
    assertThat(whole.getReplyToId()).isEqualTo("q1");
    assertThat(whole.getMentionsList()).containsExactly("ann");
    bob.fence();
    assertThat(bob.all(EventCase.USER_TYPING).getLast().getUserTyping().getIsTyping()).isFalse();
    assertThat(bob.all().getLast().hasMessageGrowing()).isFalse();
    assertThat(calls("bob").history(ROOM))
        .filteredOn(said -> said.getId().equals(whole.getId()))
        .hasSize(1);
  }

  @Test
  void whoDidNotAskForItSeesOnlyTheFinishedMessage() {
    script = this::inTwoHalves;
    NativeStream ann = watching("ann");
    NativeStream plain = NativeStream.joined(server.connect(), "bob");
    ClassicStream classic = ClassicStream.joined(server.connect(), "cat");
    invite("ann", "helper");
    classic.said("q1", "hello @helper");
    growing(ann, "one");
    goOn.countDown();
    plain.message("one two");
    assertThat(classic.message("one two").getReplyToId()).isEqualTo("q1");
    plain.fence();
    assertThat(plain.all()).noneMatch(ChatEvent::hasMessageGrowing);
    assertThat(plain.all(EventCase.EVENT_NOT_SET)).isEmpty();
    assertThat(classic.texts()).containsOnlyOnce("one two").doesNotContain("one");
  }

  @Test
  void anAnswerToOneOfItsMessagesIsAQuestionToo() {
    NativeStream ann = watching("ann");
    invite("ann", "helper");
    ann.said("q1", "@helper hi");
    ChatMessage first = answer(ann, "helper");
    // the first it said is that it is here
    ChatMessage reply = text(first).startsWith("I am here") ? answer(ann, "helper") : first;
    assertThat(text(reply)).isEqualTo("Hello there.");
    ann.done(NativeStream.text("q2", "and then?").setReplyToId(reply.getId()));
    assertThat(ann.await(isSaidBy("helper")).getMessage().getReplyToId()).isEqualTo("q2");
  }

  @Test
  void anAnswerToWhatItSaidBeforeTheServersStartIsAQuestionToo() throws Exception {
    NativeStream ann = watching("ann");
    invite("ann", "helper");
    ann.said("q1", "@helper hi");
    String id = ann.message("Hello there.").getMessage().getId();
    server.stop();
    server.start();
    NativeStream again = watching("ann");
    again.done(NativeStream.text("q2", "and then?").setReplyToId(id));
    assertThat(again.message("Hello there.").getMessage().getReplyToId()).isEqualTo("q2");
  }

  @Test
  void aFloodOfRepliesElsewhereKeepsNoQuestionFromBeingHeard() {
    NativeStream ann = watching("ann");
    invite("ann", "helper", "random");
    ann.join("random");
    NativeStream hog = watching("hog");
    hog.said("m0", "no assistant is here");
    for (int i = 1; i <= 2_000; i++) {
      hog.send(NativeStream.text("m" + i, "so what").setReplyToId("m0"));
      if (i % 500 == 0) {
        String id = "q" + i;
        ann.send(NativeStream.textIn("random", id, "@helper hi"));
        ann.await(e -> e.getMessage().getReplyToId().equals(id));
      }
    }
  }

  @Test
  void itIsShownWhatWasSaidSinceItCameWithNamesAndNothingThatWasDeleted() throws Exception {
    NativeStream ann = watching("ann");
    NativeStream bob = watching("bob");
    ann.said("before", "nobody shall know");
    server.clock().advance(Duration.ofSeconds(1));
    invite("ann", "helper");
    bob.said("b1", "it rains");
    bob.said("b2", "a slip");
    bob.done(NativeStream.delete("d1", "b2"));
    ann.said("q1", "@helper does it rain?");
    ann.message("Hello there.");
    String body = provider.requests().getFirst().body();
    assertThat(body)
        .contains("bob: it rains", "ann: @helper does it rain?", "Be brief.")
        .doesNotContain("nobody shall know", "a slip");
  }

  @Test
  void onlyTheAskerOrARoomsModeratorMayStopIt() {
    script = AssistantTest::halfOf;
    NativeCalls owner = calls("olga");
    var _ = owner.rooms().createRoom(CreateRoomRequest.newBuilder().setRoomId("attic").build());
    invite("olga", "helper", "attic");
    NativeStream olga = watching("olga");
    NativeStream ann = watching("ann");
    NativeStream bob = watching("bob");
    List.of(olga, ann, bob).forEach(each -> each.join("attic"));

    ann.done(NativeStream.textIn("attic", "q1", "@helper hi"));
    String id = growing(bob, "one").getId();
    assertThat(bob.refused(stop("s1", id).setRoomId("attic")).getReason())
        .isEqualTo("PERMISSION_DENIED");
    assertThat(bob.refused(stop("s2", "").setRoomId("attic")).getReason())
        .isEqualTo("MESSAGE_NOT_FOUND");
    assertThat(ann.refused(stop("s3", id)).getReason())
        .as("it is in another room")
        .isEqualTo("MESSAGE_NOT_FOUND");
    ann.done(stop("s4", "").setRoomId("attic"));
    ChatMessage stopped = bob.await(isSaidBy("helper")).getMessage();
    assertThat(text(stopped)).isEqualTo("one\n\n[stopped by ann]");
    assertThat(stopped.getId()).isEqualTo(id);

    ann.done(NativeStream.textIn("attic", "q2", "@helper again"));
    String second =
        olga.await(e -> e.getMessageGrowing().getMessage().getReplyToId().equals("q2"))
            .getMessageGrowing()
            .getMessage()
            .getId();
    olga.done(stop("s5", second).setRoomId("attic"));
    assertThat(text(bob.await(isSaidBy("helper")).getMessage())).contains("[stopped by olga]");
    assertThat(ann.refused(stop("s6", second).setRoomId("attic")).getReason())
        .isEqualTo("MESSAGE_NOT_FOUND");
  }

  @Test
  void aStopReachesTheProvider() throws Exception {
    script = AssistantTest::halfOf;
    NativeStream ann = watching("ann");
    invite("ann", "helper");
    ann.said("q1", "@helper hi");
    growing(ann, "one");
    ann.done(stop("s1", ""));
    provider.awaitAllClosed();
  }

  @Test
  void aProviderThatStallsHoldsNobodyUp() {
    script = FakeProvider.Exchange::stall;
    NativeStream ann = watching("ann");
    NativeStream bob = watching("bob");
    invite("ann", "helper");
    invite("ann", "other");
    ann.said("q1", "@helper hi");
    ann.await(e -> e.getMessageGrowing().getMessage().getReplyToId().equals("q1"));
    ann.said("m1", "so it is silent");
    bob.message("so it is silent");
    bob.said("q2", "@other are you there?");
    assertThat(text(bob.await(e -> e.getMessage().getReplyToId().equals("q2")).getMessage()))
        .startsWith("You said: ");
    ann.done(stop("s1", ""));
    assertThat(text(ann.await(e -> e.getMessage().getReplyToId().equals("q1")).getMessage()))
        .isEqualTo("[stopped by ann]");
  }

  @Test
  void aCutIsToldAndWhatCameBeforeIsKept() {
    script =
        exchange -> {
          exchange.stream();
          exchange.data(delta("one"));
          exchange.cut();
        };
    NativeStream ann = watching("ann");
    invite("ann", "helper");
    ann.said("q1", "@helper hi");
    assertThat(text(ann.await(e -> e.getMessage().getReplyToId().equals("q1")).getMessage()))
        .startsWith("one\n\n[cut off: ");
  }

  @Test
  void aProviderThatFailsOrIsDeadIsTold() {
    script = exchange -> exchange.answer(400, "{\"error\":{\"message\":\"not like this\"}}");
    NativeStream ann = watching("ann");
    invite("ann", "helper");
    invite("ann", "ghost");
    ann.said("q1", "@helper hi");
    assertThat(text(ann.await(e -> e.getMessage().getReplyToId().equals("q1")).getMessage()))
        .startsWith("[no answer: ")
        .contains("not like this");
    ann.said("q2", "@ghost hi");
    assertThat(text(ann.await(e -> e.getMessage().getReplyToId().equals("q2")).getMessage()))
        .startsWith("[no answer: ");
  }

  @Test
  void whatIsLongerThanAMessageIsCutOffThere() {
    script =
        exchange -> {
          exchange.stream();
          for (int i = 0; i < 80; i++) {
            exchange.data(delta("ä".repeat(512)));
          }
          exchange.stall();
        };
    NativeStream ann = watching("ann");
    invite("ann", "helper");
    ann.said("q1", "@helper hi");
    String said = text(ann.await(e -> e.getMessage().getReplyToId().equals("q1")).getMessage());
    assertThat(said).contains("[cut off: it is longer than");
    assertThat(said.getBytes(java.nio.charset.StandardCharsets.UTF_8).length)
        .isBetween(60_000, Limits.MAX_TEXT_BYTES);
  }

  @Test
  void whatAMessageMayNotHoldIsLeftOut() {
    script = exchange -> answer(exchange, "a\\u001b[31mb\\u0000\\r\\nc \\ud83d", "\\ude00");
    NativeStream ann = watching("ann");
    invite("ann", "helper");
    ann.said("q1", "@helper hi");
    assertThat(text(ann.await(e -> e.getMessage().getReplyToId().equals("q1")).getMessage()))
        .isEqualTo("a[31mb\nc 😀");
  }

  @Test
  void assistantsNeverAnswerAssistants() {
    script = exchange -> answer(exchange, "Ask @other, @ghost and @helper.");
    NativeStream ann = watching("ann");
    List.of("helper", "other", "ghost").forEach(each -> invite("ann", each));
    ann.said("q1", "@helper hi");
    ann.message("Ask @other, @ghost and @helper.");
    // whoever was asked would write at once
    ann.said("q2", "@other, say something");
    ann.await(e -> e.getMessage().getReplyToId().equals("q2"));
    ann.fence();
    assertThat(ann.messages())
        .filteredOn(said -> !said.getReplyToId().isEmpty())
        .extracting(ChatMessage::getReplyToId)
        .containsExactly("q1", "q2");
  }

  @Test
  void aFloodOfQuestionsBringsAsManyAnswersAsAreAllowedAndOneRefusal() {
    NativeStream ann = watching("ann");
    invite("ann", "helper");
    answer(ann, "helper");
    for (int i = 0; i < 60; i++) {
      ann.send(NativeStream.text("q" + i, "@helper hi"));
    }
    for (int i = 0; i < 60; i++) {
      ann.ack("q" + i);
    }
    NativeStream bob = watching("bob");
    bob.said("end", "@other are you there?");
    invite("bob", "other");
    bob.said("end2", "@other are you there?");
    bob.await(e -> e.getMessage().getReplyToId().equals("end2"));
    List<ChatMessage> answers =
        calls("ann").history(ROOM).stream()
            .filter(said -> said.getSender().getId().equals("helper"))
            .filter(said -> !said.getReplyToId().isEmpty())
            .toList();
    assertThat(answers.size()).isBetween(2, 10 + 2);
    assertThat(answers)
        .filteredOn(said -> text(said).startsWith("I "))
        .as("one in a minute, and two where a minute ends meanwhile")
        .hasSizeBetween(1, 2);
  }

  @Test
  void oneUserTakesOnlySoManyAnswersAtOnceAndAnotherIsAnswered() {
    script = AssistantTest::halfOf;
    NativeStream hog = watching("hog");
    int each = Limits.MAX_ANSWERS_IN_ROOM;
    for (int i = 0; i < Limits.MAX_ROOM_ANSWERS_PER_USER; i++) {
      String room = "hogs-" + i / each;
      if (i % each == 0) {
        attic("hog", room);
        hog.join(room);
      }
      String id = "h" + i;
      hog.done(NativeStream.textIn(room, id, "@helper hi"));
      hog.await(e -> e.getMessageGrowing().getMessage().getReplyToId().equals(id));
    }
    invite("hog", "helper");
    hog.said("more", "@helper hi");
    assertThat(text(hog.await(e -> e.getMessage().getReplyToId().equals("more")).getMessage()))
        .contains("16 answers for one user");
    NativeStream ann = watching("ann");
    ann.said("q1", "@helper hi");
    ann.await(e -> e.getMessageGrowing().getMessage().getReplyToId().equals("q1"));
    hog.done(stop("s1", "").setRoomId("hogs-0"));
    hog.await(e -> e.getMessage().getContent().getText().contains("stopped by hog"));
    hog.said("again", "@helper hi");
    hog.await(e -> e.getMessageGrowing().getMessage().getReplyToId().equals("again"));
  }

  /// A user's own room with the assistant.
  private void attic(String user, String room) {
    var _ = calls(user).rooms().createRoom(CreateRoomRequest.newBuilder().setRoomId(room).build());
    invite(user, "helper", room);
  }

  @Test
  void aRoomsBudgetIsUsedUpAndAnotherRoomsIsNot() {
    script =
        exchange -> {
          exchange.stream();
          exchange.data(delta("dear"));
          exchange.data(
              """
              {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],\
              "usage":{"prompt_tokens":60000,"completion_tokens":40000}}\
              """);
          exchange.chunk("data: [DONE]\n\n");
          exchange.end();
        };
    NativeStream ann = watching("ann");
    ann.join("random");
    invite("ann", "helper");
    invite("ann", "helper", "random");
    ann.said("q1", "@helper hi");
    ann.message("dear");
    ann.said("q2", "@helper hi");
    assertThat(text(ann.await(e -> e.getMessage().getReplyToId().equals("q2")).getMessage()))
        .contains("100000 tokens for today");
    ann.done(NativeStream.textIn("random", "q3", "@helper hi"));
    ann.message("dear");
    server.clock().advance(Duration.ofDays(1));
    ann.said("q4", "@helper hi");
    assertThat(text(ann.await(e -> e.getMessage().getReplyToId().equals("q4")).getMessage()))
        .isEqualTo("dear");
  }

  @Test
  void inADirectRoomEveryMessageIsAQuestion() {
    NativeStream ann = watching("ann");
    String room =
        calls("ann")
            .rooms()
            .openDirectRoom(OpenDirectRoomRequest.newBuilder().setUserId("helper").build())
            .getRoom()
            .getId();
    ann.join(room);
    ann.done(NativeStream.textIn(room, "q1", "hi"));
    assertThat(ann.message("Hello there.").getMessage().getRoomId()).isEqualTo(room);
  }

  @Test
  void whereItIsNoMemberItIsNotAsked() {
    NativeStream ann = watching("ann");
    ann.said("q1", "@helper are you there?");
    invite("ann", "other");
    ann.said("q2", "@other are you there? Not you, somebody@helper.example, nor @helpers");
    ann.await(e -> e.getMessage().getReplyToId().equals("q2"));
    assertThat(provider.requests()).isEmpty();
  }

  @Test
  void whoIsNoModeratorBringsItToPublicRoomsOnly() {
    NativeCalls olga = calls("olga");
    var _ =
        olga.rooms()
            .createRoom(
                CreateRoomRequest.newBuilder()
                    .setRoomId("cellar")
                    .setVisibility(RoomVisibility.ROOM_VISIBILITY_PRIVATE)
                    .build());
    AddMemberRequest.Builder add = AddMemberRequest.newBuilder().setRoomId("cellar");
    var _ = olga.rooms().addMember(add.setUserId("ann").build());
    assertThat(
            NativeCalls.refusal(
                () -> calls("ann").rooms().addMember(add.setUserId("helper").build())))
        .isEqualTo(Reason.PERMISSION_DENIED);
    var _ = olga.rooms().addMember(add.setUserId("helper").build());

    NativeStream ann = watching("ann");
    AddMemberRequest.Builder general = AddMemberRequest.newBuilder().setRoomId(ROOM);
    assertThat(
            calls("ann")
                .rooms()
                .addMember(general.setUserId("helper").build())
                .getMember()
                .getRole())
        .isEqualTo(MemberRole.MEMBER_ROLE_MEMBER);
    assertThat(text(answer(ann, "helper"))).startsWith("I am here: mention me as @helper");
    assertThat(
            NativeCalls.refusal(
                () -> calls("ann").rooms().addMember(general.setUserId("bob").build())))
        .as("people are not brought in")
        .isEqualTo(Reason.PERMISSION_DENIED);
    assertThat(
            NativeCalls.refusal(
                () ->
                    calls("ann")
                        .rooms()
                        .addMember(
                            general
                                .setUserId("helper")
                                .setRole(MemberRole.MEMBER_ROLE_MODERATOR)
                                .build())))
        .isEqualTo(Reason.PERMISSION_DENIED);
  }

  @Test
  void nobodyTakesItsName() {
    NativeStream thief = NativeStream.silent(server.connect());
    thief.send(NativeStream.hello("helper"));
    assertThat(NativeCalls.reason(thief.inbox().end())).isEqualTo(Reason.UNAUTHENTICATED);
    NativeStream shouting = NativeStream.silent(server.connect());
    shouting.send(NativeStream.hello("HELPER"));
    assertThat(NativeCalls.reason(shouting.inbox().end())).isEqualTo(Reason.UNAUTHENTICATED);
    assertThat(
            NativeCalls.refusal(
                () ->
                    calls("helper")
                        .rooms()
                        .createRoom(CreateRoomRequest.newBuilder().setRoomId("mine").build())))
        .isEqualTo(Reason.UNAUTHENTICATED);
  }

  @Test
  void nobodyIsShownUnderItsName() {
    User.Builder ann = User.newBuilder().setId("ann");
    for (User.Builder thief :
        List.of(
            ann.clone().setUsername("helper"),
            ann.clone().setDisplayName("Helper"),
            ann.clone().setDisplayName(" helper "),
            ann.clone().setDisplayName("\uff28elper"))) {
      NativeStream stream = NativeStream.silent(server.connect());
      stream.send(NativeStream.hello("ann").setSender(thief));
      assertThat(NativeCalls.reason(stream.inbox().end())).isEqualTo(Reason.UNAUTHENTICATED);
    }
    ann.setUsername("helpful").setDisplayName("The helper's friend");
    NativeStream.open(server.connect(), NativeStream.hello("ann").setSender(ann));
  }

  @Test
  void removedInTheMiddleOfAnAnswerItSaysNothingMore() throws Exception {
    script = AssistantTest::halfOf;
    NativeCalls olga = calls("olga");
    var _ = olga.rooms().createRoom(CreateRoomRequest.newBuilder().setRoomId("attic").build());
    invite("olga", "helper", "attic");
    NativeStream stream = watching("olga");
    stream.join("attic");
    stream.done(NativeStream.textIn("attic", "q1", "@helper hi"));
    growing(stream, "one");
    var _ =
        olga.rooms()
            .removeMember(
                RemoveMemberRequest.newBuilder().setRoomId("attic").setUserId("helper").build());
    server.clock().advance(Limits.GROWING_REPEAT);
    provider.awaitAllClosed();
    stream.fence();
    assertThat(stream.messages()).noneMatch(said -> said.getSender().getId().equals("helper"));
  }

  @Test
  void aServerThatStopsKeepsWhatThereIsAndMarksIt() throws Exception {
    script = AssistantTest::halfOf;
    NativeStream ann = watching("ann");
    invite("ann", "helper");
    ann.said("q1", "@helper hi");
    growing(ann, "one");
    server.stop();
    server.start();
    assertThat(calls("ann").history(ROOM))
        .filteredOn(said -> said.getReplyToId().equals("q1"))
        .extracting(AssistantTest::text)
        .containsExactly("one\n\n[interrupted: the server was stopped]");
  }

  @Test
  void whatASuddenEndLeftUnansweredIsToldOnceAndNothingElse() throws Exception {
    NativeStream ann = watching("ann");
    ann.said("early", "@helper before it came");
    server.clock().advance(Duration.ofSeconds(1));
    invite("ann", "helper");
    answer(ann, "helper");
    // what is brought in asks nobody, so it looks as if the server had gone down on it
    bringIn("older", "@helper are you there?");
    ann.said("q1", "@helper hi");
    ann.message("Hello there.");
    ann.said("m1", "nothing for it");
    bringIn("lost", "@helper are you there?");
    server.crash();
    server.start();
    NativeStream again = watching("ann");
    again.join(ROOM, Join.newBuilder().setHistory(100));
    again.find(e -> e.getMessage().getReplyToId().equals("lost"));
    server.crash();
    server.start();
    again = watching("ann");
    again.said("q2", "@helper and now?");
    again.message("Hello there.");
    server.stop();
    server.start();
    List<ChatMessage> answers =
        calls("ann").history(ROOM).stream().filter(said -> !said.getReplyToId().isEmpty()).toList();
    assertThat(answers)
        .extracting(ChatMessage::getReplyToId)
        .containsExactlyInAnyOrder("q1", "older", "lost", "q2");
    assertThat(answers)
        .filteredOn(said -> List.of("older", "lost").contains(said.getReplyToId()))
        .extracting(AssistantTest::text)
        .hasSize(2)
        .containsOnly("[interrupted: the server went down; ask me again]");
  }

  @Test
  void whatIsOldIsNotCalledInterrupted() throws Exception {
    NativeStream ann = watching("ann");
    invite("ann", "helper");
    answer(ann, "helper");
    bringIn("lost", "@helper are you there?");
    server.crash();
    server.clock().advance(Duration.ofMinutes(16));
    server.start();
    bringIn("new", "@helper are you there?");
    server.crash();
    server.start();
    NativeStream again = watching("ann");
    again.join(ROOM, Join.newBuilder().setHistory(100));
    again.await(e -> e.getMessage().getReplyToId().equals("new"));
    assertThat(again.messages()).noneMatch(said -> said.getReplyToId().equals("lost"));
    assertThat(ann.messages()).noneMatch(said -> said.getReplyToId().equals("lost"));
  }

  @Test
  void afterAStopInOrderNothingIsCalledInterrupted() throws Exception {
    NativeStream ann = watching("ann");
    invite("ann", "helper");
    answer(ann, "helper");
    for (int i = 0; i < 40; i++) {
      ann.send(NativeStream.text("q" + i, "@helper hi"));
    }
    for (int i = 0; i < 40; i++) {
      ann.ack("q" + i);
    }
    bringIn("declined", "@helper as if it were declined in silence");
    server.stop();
    server.start();
    bringIn("lost", "@helper are you there?");
    server.crash();
    server.start();
    NativeStream again = watching("ann");
    again.join(ROOM, Join.newBuilder().setHistory(100));
    again.find(e -> e.getMessage().getReplyToId().equals("lost"));
    assertThat(calls("ann").history(ROOM))
        .filteredOn(said -> text(said).equals("[interrupted: the server went down; ask me again]"))
        .extracting(ChatMessage::getReplyToId)
        .containsExactly("lost");
  }

  private void bringIn(String id, String text) throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    StreamObserver<ImportMessagesRequest> requests =
        RoomServiceGrpc.newStub(NativeCalls.named("importer", server.connect()))
            .importMessages(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ImportMessagesResponse response) {
                    assertThat(response.getImported()).isEqualTo(1);
                    done.countDown();
                  }

                  @Override
                  public void onError(Throwable e) {}

                  @Override
                  public void onCompleted() {}
                });
    requests.onNext(
        ImportMessagesRequest.newBuilder()
            .addMessages(
                ChatMessage.newBuilder()
                    .setId(id)
                    .setRoomId(ROOM)
                    .setSender(User.newBuilder().setId("ann"))
                    .setContent(MessageContent.newBuilder().setText(text)))
            .build());
    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    requests.onCompleted();
  }
}
