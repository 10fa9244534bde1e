package dev.parley.server.chat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.MessageContent;
import dev.parley.chat.v1.SystemMessage;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Limits;
import dev.parley.core.room.RoomCommand;
import dev.parley.core.room.RoomRules;
import dev.parley.core.topic.Attachment;
import dev.parley.core.user.Present;
import dev.parley.core.user.Profile;
import dev.parley.server.delivery.Subscriber;
import dev.parley.server.stream.StreamTopics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `chat.ChatService/Chat` on one stream. The user is introduced by the first frame, and enters
/// rooms by a call beside the stream. There is no way to resume: the end of the stream is the
/// user's leaving, and membership lasts no longer.
final class ClassicDialect implements Dialect {
  private final ChatStream stream;
  private final Map<String, List<Consumer<@Nullable Refusal>>> waiting = new HashMap<>();

  ClassicDialect(ChatStream stream) {
    this.stream = stream;
  }

  @Override
  public void opened() {
    stream.context().classicStreams().opened(stream);
  }

  @Override
  public void first(ChatRequest request) throws RefusedException {
    if (!request.hasSender() || request.getSender().getId().isEmpty()) {
      throw ChatStream.refused(
          Reason.INVALID_REQUEST, "first message must contain sender info (expected: sender.id)");
    }
    Profile sender = Mapping.profile("sender", request.getSender());
    Caller caller = stream.context().calls().caller(stream.credentials(), sender);
    stream.begin(caller, Mapping.status(request.getSender().getStatus()));
    stream.context().classicStreams().introduced(stream, caller.id());
    if (request.hasContent()) {
      try {
        request(request);
      } catch (RefusedException e) {
        stream.refuse(request.getId(), request.getRoomId(), e.refusal());
      }
    }
  }

  @Override
  public void request(ChatRequest request) throws RefusedException {
    String text = request.getContent().getText();
    if (text.startsWith("/")) {
      command(entered(Requests.room(request)), request.getId(), text);
    } else {
      RoomCommand.Say say = Requests.say(stream.caller(), request);
      stream.say(entered(Requests.room(request)), say);
    }
  }

  /// A room that the stream is in or about to enter: for classic clients, others do not exist.
  private String entered(String room) throws RefusedException {
    if (!stream.rooms().contains(room) && !waiting.containsKey(room)) {
      throw ChatStream.refused(Reason.NOT_A_MEMBER, "not a member of this room: \"" + room + "\"");
    }
    return room;
  }

  @Override
  public void ready() {}

  private void command(String room, String id, String text) throws RefusedException {
    switch (text) {
      case "/typing", "/stoptyping" ->
          stream.submit(
              id, room, new RoomCommand.Type(stream.caller(), text.equals("/typing")), _ -> {});
      case "/users" -> tellUsers(room, id);
      default ->
          throw ChatStream.refused(
              Reason.UNKNOWN_COMMAND,
              "unknown command: " + (text.length() > 64 ? text.substring(0, 64) + "…" : text));
    }
  }

  private void tellUsers(String room, String id) {
    stream.window().began();
    stream
        .context()
        .engine()
        .present(
            RoomRules.topic(room),
            "",
            Limits.MAX_USERS_IN_ANSWER,
            (online, users) ->
                stream.execute(
                    () -> {
                      tell(room, "Online users: " + names(online, users));
                      stream.answered();
                    }),
            refusal ->
                stream.execute(
                    () -> {
                      stream.refuse(id, room, refusal);
                      stream.answered();
                    }));
  }

  private static String names(int online, List<Present> users) {
    String names =
        users.stream().map(present -> present.user().username()).collect(Collectors.joining(", "));
    return online > users.size() ? names + " and %d more".formatted(online - users.size()) : names;
  }

  /// Says something to this stream alone, as the system.
  private void tell(String room, String text) {
    stream.send(
        ChatEvent.newBuilder()
            .setMessage(
                ChatMessage.newBuilder()
                    .setId(UUID.randomUUID().toString())
                    .setRoomId(room)
                    .setTimestamp(Mapping.timestamp(stream.context().clock().epochMicros()))
                    .setContent(
                        MessageContent.newBuilder()
                            .setSystem(SystemMessage.newBuilder().setContent(text)))));
  }

  @Override
  public void bring(String room, Consumer<@Nullable Refusal> answer) {
    if (stream.rooms().contains(room)) {
      answer.accept(null);
      return;
    }
    List<Consumer<@Nullable Refusal>> others = waiting.get(room);
    if (others != null) {
      others.add(answer);
      return;
    }
    waiting.put(room, new ArrayList<>(List.of(answer)));
    try {
      stream.join(room, RoomCommand.Join.As.GUEST, new Entering(room));
    } catch (RefusedException e) {
      answer(room, e.refusal());
    }
  }

  private final class Entering implements StreamTopics.Joining {
    private final String room;

    Entering(String room) {
      this.room = room;
    }

    @Override
    public void attached(Attachment.Begun begun, Subscriber subscriber) {
      stream.release(subscriber, begun.lastSequence());
      answer(room, null);
    }

    @Override
    public void refused(Refusal refusal) {
      answer(room, refusal);
    }
  }

  private void answer(String room, @Nullable Refusal refusal) {
    List<Consumer<@Nullable Refusal>> all = waiting.remove(room);
    if (all != null) {
      all.forEach(one -> one.accept(refusal));
    }
  }

  /// The protocol has no word for it; the next message to the room will tell.
  @Override
  public void closed(Subscriber subscriber, String reason) {}

  @Override
  public void quiet(long sinceNanos, long nowNanos) {}

  /// The protocol has no word for it; the stream's end will tell.
  @Override
  public void drain(Duration grace) {}

  @Override
  public boolean resumable() {
    return false;
  }

  @Override
  public void ended() {
    stream.context().classicStreams().closed(stream);
    List<Consumer<@Nullable Refusal>> unanswered =
        waiting.values().stream().flatMap(List::stream).toList();
    waiting.clear();
    unanswered.forEach(one -> one.accept(ChatStream.gone()));
  }
}
