package dev.parley.server.chat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.core.access.Authenticator;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.core.room.RoomCommand;
import dev.parley.core.room.RoomRules;
import dev.parley.core.topic.Departure;
import dev.parley.core.topic.Outcome;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Status;
import dev.parley.server.delivery.Frame;
import dev.parley.server.delivery.WireFormat;
import dev.parley.server.rpc.Inbound;
import dev.parley.server.stream.ConversationStream;
import dev.parley.server.stream.StreamGroup;
import dev.parley.server.stream.StreamTopics;
import io.grpc.ServerCall;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One `Chat` stream in rooms. Owned by its event loop.
final class ChatStream extends ConversationStream<ChatRequest> {
  private final ChatContext context;
  private final Dialect dialect;
  private final StreamRooms rooms;
  private Status status = Status.ONLINE;
  private boolean echo = true;

  /// @param format how events look until the client has said what it can take
  ChatStream(
      ServerCall<Inbound<ChatRequest>, Frame> call,
      Authenticator.Credentials credentials,
      ChatContext context,
      StreamGroup group,
      String id,
      WireFormat format,
      Function<ChatStream, Dialect> dialect) {
    super(
        call,
        credentials,
        context.engine(),
        context.clock(),
        context.limits().maxInFlight(),
        group,
        id,
        format);
    this.context = context;
    this.dialect = dialect.apply(this);
    rooms = new StreamRooms(this, context, this.dialect);
    this.dialect.opened();
    open();
  }

  @Override
  protected void first(ChatRequest request) throws RefusedException {
    dialect.first(request);
  }

  @Override
  protected void request(ChatRequest request) throws RefusedException {
    dialect.request(request);
  }

  @Override
  protected void refuse(@Nullable ChatRequest request, Refusal refusal) {
    if (request == null) {
      refuse("", "", refusal);
    } else {
      refuse(request.getId(), request.getRoomId(), refusal);
    }
  }

  @Override
  protected void ready() {
    dialect.ready();
  }

  @Override
  protected void quiet(long sinceNanos, long nowNanos) {
    dialect.quiet(sinceNanos, nowNanos);
  }

  @Override
  protected void tellDrain(Duration grace) {
    dialect.drain(grace);
  }

  @Override
  protected void decided(TopicId topic, Object command, Outcome outcome) {
    if (command instanceof RoomCommand.Say say
        && outcome instanceof Outcome.Done done
        && !done.repeated()) {
      context.assistants().said(topic.name(), say, done.sequence());
    }
  }

  @Override
  protected void left(Departure departure) {
    rooms.leave(departure);
    dialect.ended();
  }

  // What dialects and rooms use.

  ChatContext context() {
    return context;
  }

  StreamRooms rooms() {
    return rooms;
  }

  boolean wantsEcho() {
    return echo;
  }

  /// The stream has its user.
  void begin(Caller user, Status wanted) {
    begin(user);
    status = wanted;
    context.engine().save(user.user());
  }

  /// The client has said what it can take.
  void deliverAs(WireFormat format, boolean batches, boolean withEcho) {
    deliverAs(format, batches);
    echo = withEcho;
  }

  void send(ChatEvent.Builder event) {
    send(NativeFormat.of(event));
  }

  /// Has a command decided, and answers: with what `done` makes of it, or with the refusal.
  void submit(String requestId, String room, RoomCommand command, Consumer<Outcome.Done> done) {
    submit(RoomRules.topic(room), command, answering(requestId, room, done));
  }

  private Consumer<Outcome> answering(String requestId, String room, Consumer<Outcome.Done> done) {
    return outcome -> {
      switch (outcome) {
        case Outcome.Done it -> done.accept(it);
        case Outcome.Refused it -> refuse(requestId, room, it.refusal());
      }
    };
  }

  /// Sends a message.
  void say(String room, RoomCommand.Say say) {
    rooms.say(room, say, answering(say.id(), room, done -> acknowledge(say.id(), room, done)));
  }

  void acknowledge(String requestId, String room, Outcome.Done done) {
    if (!requestId.isEmpty()) {
      send(Answers.ack(requestId, room, done));
    }
  }

  /// Answers a request with a refusal.
  void refuse(String requestId, String room, Refusal refusal) {
    send(Answers.error(requestId, room, refusal));
  }

  /// Enters a room.
  ///
  /// @throws RefusedException if the stream is in too many
  void join(String room, RoomCommand.Join.As as, StreamTopics.Joining joining)
      throws RefusedException {
    rooms.join(room, as, status, out(), joining);
  }

  /// Enters a room for a call beside this stream. Any thread.
  ///
  /// @param answer told with null when the stream is in the room, else with the refusal; on this
  ///     stream's thread
  void bring(String room, Consumer<@Nullable Refusal> answer) {
    execute(
        () -> {
          if (hasEnded()) {
            answer.accept(gone());
          } else {
            dialect.bring(room, answer);
          }
        });
  }

  /// The user wants to be seen in another way.
  ///
  /// @param done run when all rooms have been told
  void status(Status wanted, Runnable done) {
    status = wanted;
    window().began();
    rooms.status(
        wanted,
        () -> {
          done.run();
          answered();
        });
  }
}
