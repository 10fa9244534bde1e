package dev.parley.server.chat;

import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.ImportMessagesRequest;
import dev.parley.chat.v1.ImportMessagesResponse;
import dev.parley.chat.v1.ImportRefusal;
import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomVisibility;
import dev.parley.chat.v1.User;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Checks;
import dev.parley.core.limit.Limits;
import dev.parley.core.room.MessageChecks;
import dev.parley.core.room.RoomCommand;
import dev.parley.core.room.RoomRules;
import dev.parley.core.room.RoomState;
import dev.parley.core.topic.Outcome;
import dev.parley.core.user.Profile;
import dev.parley.server.rpc.Ids;
import dev.parley.server.rpc.Replies;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One `ImportMessages` call. Frames are taken a few at a time ([#MAX_FRAMES]) and answered in
/// order, each when all of it is decided and durable.
///
/// gRPC calls on the event loop, the engine answers on its own thread: what both touch is guarded
/// by this object's lock.
final class Import implements StreamObserver<ImportMessagesRequest> {
  private static final int MAX_FRAMES = 4;

  /// Rooms remembered as made; one that is forgotten is asked for again.
  private static final int MAX_KNOWN_ROOMS = 10_000;

  private final ChatContext context;
  private final Caller caller;
  private final ServerCallStreamObserver<ImportMessagesResponse> call;
  private final ArrayDeque<Frame> frames = new ArrayDeque<>();
  private final Set<String> known = new HashSet<>();
  private boolean completed;
  private boolean ended;

  private static final class Frame {
    final ImportMessagesResponse.Builder response = ImportMessagesResponse.newBuilder();
    int undecided = 1;
  }

  Import(
      ChatContext context, Caller caller, ServerCallStreamObserver<ImportMessagesResponse> call) {
    this.context = context;
    this.caller = caller;
    this.call = call;
    call.disableAutoRequest();
    call.setOnReadyHandler(this::answer);
    call.setOnCancelHandler(() -> {});
    call.request(MAX_FRAMES);
  }

  @Override
  public void onNext(ImportMessagesRequest request) {
    int count = request.getRoomsCount() + request.getMessagesCount();
    if (count > Limits.MAX_IMPORT_FRAME) {
      end(
          Reason.TOO_LARGE.because(
              "rooms and messages: %d in one frame (expected: at most %d)"
                  .formatted(count, Limits.MAX_IMPORT_FRAME)));
      return;
    }
    Frame frame = new Frame();
    synchronized (this) {
      if (ended) {
        return;
      }
      frames.add(frame);
    }
    for (Room room : request.getRoomsList()) {
      guard(frame, -1, () -> make(frame, room));
    }
    List<ChatMessage> messages = request.getMessagesList();
    for (int i = 0; i < messages.size(); i++) {
      int index = i;
      ChatMessage message = messages.get(i);
      guard(frame, index, () -> take(frame, index, message));
    }
    decided(frame);
  }

  private void guard(Frame frame, int index, Replies.Body body) {
    try {
      body.run();
    } catch (RefusedException e) {
      refused(frame, index, e.refusal());
    }
  }

  private void make(Frame frame, Room room) throws RefusedException {
    String id = Checks.id("rooms.id", room.getId());
    submit(frame, -1, id, isDirect(room) ? direct(id, room) : named(room));
    remember(id);
  }

  private RoomCommand named(Room room) throws RefusedException {
    return new RoomCommand.Create(
        caller,
        Checks.line("rooms.name", room.getName(), Limits.MAX_NAME_BYTES),
        Checks.line("rooms.description", room.getDescription(), Limits.MAX_DESCRIPTION_BYTES),
        Mapping.visibility(room.getVisibility()),
        List.of(),
        true);
  }

  private static boolean isDirect(Room room) {
    return room.getVisibility() == RoomVisibility.ROOM_VISIBILITY_DIRECT;
  }

  /// The id of a direct room says whose it is.
  private RoomCommand direct(String id, Room room) throws RefusedException {
    List<Profile> people = new ArrayList<>();
    for (User user : room.getDirectUsersList().stream().limit(3).toList()) {
      people.add(Mapping.profile("rooms.direct_users", user));
    }
    if (people.isEmpty()
        || people.size() > 2
        || !id.equals(DirectRooms.id(people.getFirst().id(), people.getLast().id()))) {
      throw new RefusedException(
          Reason.INVALID_REQUEST.because(
              "rooms.direct_users: not those of \"%s\" (expected: a direct room as the server gave it)"
                  .formatted(id)));
    }
    return new RoomCommand.Create(
        caller, DirectRooms.NAME, "", RoomState.Visibility.DIRECT, people, true);
  }

  private void take(Frame frame, int index, ChatMessage message) throws RefusedException {
    String room = Checks.id("room_id", message.getRoomId());
    RoomCommand.Say say =
        new RoomCommand.Say(
            caller,
            Mapping.profile("sender", message.getSender()),
            message.getId().isEmpty() ? Ids.next() : Checks.key("id", message.getId()),
            MessageChecks.content(Mapping.content(message.getContent())),
            message.hasTimestamp() ? Mapping.checked(message.getTimestamp()) : null,
            Requests.optionalId("reply_to_id", message.getReplyToId()),
            MessageChecks.mentions(message.getMentionsList()),
            true);
    if (!known.contains(room) && !room.startsWith(RoomRules.DIRECT_PREFIX)) {
      make(frame, Room.newBuilder().setId(room).build());
    }
    submit(frame, index, room, say);
  }

  private void remember(String room) {
    if (known.size() >= MAX_KNOWN_ROOMS) {
      known.clear();
    }
    known.add(room);
  }

  private void submit(Frame frame, int index, String room, RoomCommand command) {
    synchronized (this) {
      frame.undecided++;
    }
    context
        .engine()
        .submit(
            RoomRules.topic(room),
            command,
            outcome -> {
              count(frame, index, command, outcome);
              decided(frame);
            });
  }

  private synchronized void count(Frame frame, int index, RoomCommand command, Outcome outcome) {
    switch (outcome) {
      // nothing is wrong with the message: the whole is to be tried again
      case Outcome.Refused refused when refused.refusal().retryAfter() != null ->
          end(refused.refusal());
      case Outcome.Refused refused -> refused(frame, index, refused.refusal());
      case Outcome.Done done when command instanceof RoomCommand.Say && done.repeated() ->
          frame.response.setDuplicates(frame.response.getDuplicates() + 1);
      case Outcome.Done _ when command instanceof RoomCommand.Say ->
          frame.response.setImported(frame.response.getImported() + 1);
      case Outcome.Done _ -> {}
    }
  }

  private synchronized void refused(Frame frame, int index, Refusal refusal) {
    frame.response.addRefused(
        ImportRefusal.newBuilder()
            .setIndex(index)
            .setReason(refusal.reason().name())
            .setMessage(refusal.message()));
  }

  private void decided(Frame frame) {
    boolean whole;
    synchronized (this) {
      frame.undecided--;
      whole = frame.undecided == 0;
    }
    if (whole) {
      // not on the engine's thread
      context.reads().calls().execute(this::answer, this::end);
    }
  }

  /// Sends the answers of the frames that are decided, in order.
  private synchronized void answer() {
    while (!ended && call.isReady()) {
      @Nullable Frame next = frames.peek();
      if (next == null || next.undecided > 0) {
        break;
      }
      frames.remove();
      call.onNext(next.response.build());
      call.request(1);
    }
    if (!ended && completed && frames.isEmpty()) {
      ended = true;
      call.onCompleted();
    }
  }

  private synchronized void end(Refusal refusal) {
    if (!ended) {
      ended = true;
      Replies.refuse(call, refusal);
    }
  }

  @Override
  public synchronized void onError(Throwable t) {
    ended = true;
  }

  @Override
  public void onCompleted() {
    synchronized (this) {
      completed = true;
    }
    answer();
  }
}
