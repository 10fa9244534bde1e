package dev.parley.client;

import dev.parley.chat.v1.AckEvent;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.CreateRoomRequest;
import dev.parley.chat.v1.GetHistoryRequest;
import dev.parley.chat.v1.Member;
import dev.parley.chat.v1.MemberRole;
import dev.parley.chat.v1.MessageContent;
import dev.parley.chat.v1.OpenDirectRoomResponse;
import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomJoinedEvent;
import dev.parley.chat.v1.SearchMessagesRequest;
import dev.parley.chat.v1.SearchMessagesResponse;
import dev.parley.chat.v1.UpdateRoomRequest;
import dev.parley.chat.v1.User;
import dev.parley.chat.v1.UserStatus;
import dev.parley.chat.v1.WelcomeEvent;
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.Provider;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Function;

/// A user's connection to a Parley server. Thread-safe.
///
/// One stream, kept alive from [#connect()] to [#close()]: after any break the client connects
/// again with jittered back-off, resumes each joined room where it left off, and sends again what
/// was not acknowledged, with the same ids, so that nothing is lost and nothing said twice.
///
/// Requests that return a [CompletableFuture] travel on the stream. They wait in a bounded outbox
/// while there is no connection, and are answered in any case: with the result, with a
/// [ParleyException] if refused, with an [OutboxFullException] at once if the outbox is full.
/// Futures complete on a thread of the client's; what depends on one may block, but holds up the
/// completion of others.
///
/// Requests that return their result plainly are calls of their own beside the stream, and block:
/// they need no `connect`, have the deadline of [ClientBuilder#deadline], and throw
/// [ParleyException].
public final class ParleyClient implements AutoCloseable {

  private static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(10);

  private final Loop loop;
  private final OutboxBudget budget;
  private final ChatSession session;
  private final Calls calls;

  ParleyClient(ClientConfig config, Environment environment) {
    Channels channels = Channels.of(config);
    loop = environment.loop();
    budget = new OutboxBudget(config.outboxMessages(), config.outboxBytes());
    session = new ChatSession(config, environment, channels, budget);
    calls = new Calls(config, channels, loop::nanoTime);
  }

  /// Starts the description of a client.
  ///
  /// @param target the server, HOST:PORT
  public static ClientBuilder builder(String target) {
    return new ClientBuilder(target);
  }

  /// Opens the stream and keeps it alive until [#close()]. Calling it again changes nothing.
  ///
  /// @return the first welcome; it fails only when no further try is made: for a reason that trying
  ///     again would not mend, or because of `close`
  public CompletableFuture<WelcomeEvent> connect() {
    loop.execute(session::start);
    return session.firstWelcome();
  }

  /// All events, as [ChatListener#onEvent] describes them, for exactly one subscriber, who gets as
  /// many as requested. From this call on they go there and no longer to the listener, and wait for
  /// the subscriber, on the server if they become many. Completes with the client's end.
  public Flow.Publisher<ChatEvent> events() {
    return session.events().publisher();
  }

  // What is said.

  /// Says a text in a room.
  ///
  /// @return the ack: from then on the message is on the server's disk
  public CompletableFuture<AckEvent> send(String room, String text) {
    return send(OutgoingMessage.text(room, text));
  }

  /// Sends a message.
  ///
  /// @return the ack: from then on the message is on the server's disk
  public CompletableFuture<AckEvent> send(OutgoingMessage message) {
    return submit(Pending.acked(Requests.message(message)));
  }

  /// As [#send(OutgoingMessage)], but waits while the outbox is full.
  ///
  /// @throws InterruptedException if interrupted while waiting; nothing was sent
  public CompletableFuture<AckEvent> sendBlocking(OutgoingMessage message)
      throws InterruptedException {
    Pending<AckEvent> request = Pending.acked(Requests.message(message));
    budget.reserveBlocking(request.bytes());
    loop.execute(() -> session.outbound().submit(request));
    return request.future();
  }

  /// Replaces the text of one's own message; whom it mentions is emptied.
  public CompletableFuture<AckEvent> edit(String room, MessageRef message, String text) {
    return edit(room, message, MessageContent.newBuilder().setText(text).build(), List.of());
  }

  /// Replaces content and mentions of one's own message.
  public CompletableFuture<AckEvent> edit(
      String room, MessageRef message, MessageContent content, List<String> mentions) {
    return submit(Pending.acked(Requests.edit(room, message, content, mentions)));
  }

  /// Deletes a message: one's own, or, as owner or moderator, anyone's.
  public CompletableFuture<AckEvent> delete(String room, MessageRef message) {
    return submit(Pending.acked(Requests.delete(room, message)));
  }

  /// Ends a message that an assistant is writing: one that the user asked for, or, as owner or
  /// moderator, anyone's.
  ///
  /// @param messageId empty: the newest one that the user asked for
  public CompletableFuture<AckEvent> stop(String room, String messageId) {
    return submit(Pending.acked(Requests.stop(room, messageId)));
  }

  /// Puts an emoji on a message.
  public CompletableFuture<AckEvent> react(String room, MessageRef message, String emoji) {
    return submit(Pending.acked(Requests.react(room, message, emoji, false)));
  }

  /// Takes one's emoji off a message again.
  public CompletableFuture<AckEvent> unreact(String room, MessageRef message, String emoji) {
    return submit(Pending.acked(Requests.react(room, message, emoji, true)));
  }

  // Rooms on the stream.

  /// Enters a room: its events follow until [#leave]. Joining a joined room starts its events anew
  /// at the given point.
  public CompletableFuture<RoomJoinedEvent> join(String room, JoinFrom from) {
    return submit(Pending.joined(Requests.join(room, from)));
  }

  /// Leaves a room, on all of the user's streams.
  public CompletableFuture<AckEvent> leave(String room) {
    return submit(Pending.acked(Requests.leave(room)));
  }

  // Signals.

  /// Sets the user's status in all rooms. Kept for reconnects.
  public CompletableFuture<AckEvent> status(UserStatus status) {
    return submit(Pending.acked(Requests.status(status)));
  }

  /// Tells a room that the user is typing or has stopped. Call it at each keystroke: it is sent
  /// when it changes, and every 3 s while it lasts. Dropped while there is no connection.
  public void typing(String room, boolean isTyping) {
    loop.execute(() -> session.outbound().typing(room, isTyping));
  }

  /// Tells a room that the user has read everything up to a sequence. The highest counts; kept for
  /// reconnects.
  public void read(String room, long sequence) {
    loop.execute(() -> session.outbound().read(room, sequence));
  }

  /// Measures the way to the server and back.
  ///
  /// @return the round trip; fails where there is no connection, or when it breaks
  public CompletableFuture<Duration> ping() {
    CompletableFuture<Duration> roundTrip = new CompletableFuture<>();
    loop.execute(() -> session.outbound().ping(roundTrip));
    return roundTrip;
  }

  // Calls beside the stream.

  /// Rooms that the user may see, by id.
  ///
  /// @param joinedOnly only those that the user is a member of
  public List<Room> rooms(boolean joinedOnly) {
    return calls.rooms(joinedOnly);
  }

  public Room room(String room) {
    return calls.room(room);
  }

  public Room createRoom(CreateRoomRequest request) {
    return calls.createRoom(request);
  }

  public Room updateRoom(UpdateRoomRequest request) {
    return calls.updateRoom(request);
  }

  /// Deletes a room and all that was said in it.
  public void deleteRoom(String room) {
    calls.deleteRoom(room);
  }

  /// Members of a room, online or not, by user id.
  public List<Member> members(String room) {
    return calls.members(room);
  }

  /// Makes the user a member of a room, and brings the room to the user's open streams. It needs
  /// none: who only wants to say something is a member then, but not seen as present.
  public void becomeMember(String room) {
    calls.becomeMember(room);
  }

  /// Adds a member, or gives a member another role.
  public Member addMember(String room, String userId, MemberRole role) {
    return calls.addMember(room, userId, role);
  }

  public void removeMember(String room, String userId) {
    calls.removeMember(room, userId);
  }

  /// The room of this user and another: found, or made.
  public OpenDirectRoomResponse openDirect(String userId) {
    return calls.openDirect(userId);
  }

  /// Messages by their words, newest first, one page.
  public SearchMessagesResponse search(SearchMessagesRequest request) {
    return calls.search(request);
  }

  /// Messages of a room, oldest first.
  public List<ChatMessage> history(GetHistoryRequest request) {
    return calls.history(request);
  }

  /// Users online in a room, by id.
  public List<User> onlineUsers(String room) {
    return calls.onlineUsers(room);
  }

  /// Asks a model, on a stream, or where that is not to be had, by a unary call ([AnswerStream]).
  ///
  /// @param question with a `request_id`, a `model` and `turns`
  public AnswerStream ask(ChatRequest question) {
    return calls.ask(question);
  }

  /// The providers of models that the server knows, and what each says it has. Blocks until all
  /// have answered.
  public List<Provider> providers() {
    return calls.providers();
  }

  /// Opens a stream that brings messages from elsewhere in.
  ///
  /// @param maxInFlight requests that may be unanswered at once, 1 or more
  public ImportSession importMessages(int maxInFlight) {
    return calls.importMessages(maxInFlight);
  }

  // The end.

  /// Waits until all requests are answered, at most the time given, then ends the stream. Further
  /// requests are refused from now on; those unanswered at the end fail.
  ///
  /// @return how many requests were not answered
  public CompletableFuture<Integer> closeAsync(Duration timeout) {
    loop.execute(() -> session.close(timeout));
    return session.closed().thenApplyAsync(Function.identity(), Thread::startVirtualThread);
  }

  /// As [#closeAsync], and waits for it.
  public int close(Duration timeout) {
    loop.execute(() -> session.close(timeout));
    return session.closed().join();
  }

  /// As [#close(Duration)] with 10 s.
  ///
  /// @throws ParleyException if requests were not answered; the message says how many
  @Override
  public void close() {
    int unanswered = close(DEFAULT_CLOSE_TIMEOUT);
    if (unanswered > 0) {
      throw Failures.unanswered(unanswered);
    }
  }

  private <T> CompletableFuture<T> submit(Pending<T> request) {
    try {
      budget.reserve(request.bytes());
    } catch (OutboxFullException full) {
      request.fail(full);
      return request.future();
    }
    loop.execute(() -> session.outbound().submit(request));
    return request.future();
  }
}
