package dev.parley.server.session;

import dev.parley.assistant.v1.ChatRequest;
import dev.parley.assistant.v1.ChatResponse;
import dev.parley.core.access.Authenticator;
import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Checks;
import dev.parley.core.limit.Limits;
import dev.parley.core.session.Answer;
import dev.parley.core.session.SessionCommand;
import dev.parley.core.session.SessionRules;
import dev.parley.core.session.SessionState;
import dev.parley.core.topic.Attachment;
import dev.parley.core.topic.Departure;
import dev.parley.core.topic.Outcome;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Status;
import dev.parley.server.delivery.Frame;
import dev.parley.server.delivery.Subscriber;
import dev.parley.server.rpc.Inbound;
import dev.parley.server.rpc.Refusals;
import dev.parley.server.stream.ConversationStream;
import dev.parley.server.stream.StreamGroup;
import dev.parley.server.stream.StreamTopics;
import io.grpc.ServerCall;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One `Chat` stream in sessions. Owned by its event loop.
final class SessionStream extends ConversationStream<ChatRequest> {
  private final SessionContext context;
  private final boolean classic;
  private final StreamTopics topics;

  /// Sessions in which this stream has asked something, and which it watches.
  private final Set<TopicId> asked = new HashSet<>();

  /// Those of them whose answers it waits for, its client having nothing more to say.
  private final Map<TopicId, Runnable> awaited = new HashMap<>();

  /// @param classic whether to leave out what the interface without a package does not have
  SessionStream(
      ServerCall<Inbound<ChatRequest>, Frame> call,
      Authenticator.Credentials credentials,
      SessionContext context,
      StreamGroup group,
      String id,
      SessionFormat format,
      boolean classic) {
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
    this.classic = classic;
    topics =
        new StreamTopics(
            this,
            context.engine(),
            "sessions",
            context.limits().maxRoomsPerStream(),
            false,
            (subscriber, reason) -> closed(subscriber.topic(), reason));
    @Nullable Refusal refusal = null;
    try {
      begin(context.calls().callerOrAddress(credentials));
    } catch (RefusedException e) {
      refusal = e.refusal();
    }
    open();
    if (refusal != null) {
      end(refusal);
    }
  }

  /// Who calls is known before.
  @Override
  protected void first(ChatRequest request) {
    throw new IllegalStateException("a stream without a user");
  }

  @Override
  protected void request(ChatRequest request) throws RefusedException {
    if (!request.getId().isEmpty()) {
      Checks.key("id", request.getId());
    }
    switch (request.getType()) {
      case PING -> send(response(ChatResponse.Type.PONG, request));
      case MESSAGE -> ask(request);
      case TYPING_START -> type(request, true);
      case TYPING_STOP -> type(request, false);
      case WATCH -> watch(request);
      case UNWATCH -> {
        TopicId topic = topic(request);
        topics.leave(topic);
        asked.remove(topic);
        acknowledge(request, new Outcome.Done(0, context.clock().epochMicros(), false));
      }
      case STOP -> stop(request);
      case REGENERATE -> again(request);
      case UNRECOGNIZED ->
          throw refused(
              Reason.INVALID_REQUEST,
              "type: %d (expected: 0 to %d)"
                  .formatted(request.getTypeValue(), ChatRequest.Type.REGENERATE_VALUE));
    }
  }

  private static TopicId topic(ChatRequest request) throws RefusedException {
    return SessionRules.topic(Checks.id("session_id", request.getSessionId()));
  }

  private void ask(ChatRequest request) throws RefusedException {
    TopicId topic = topic(request);
    Checks.text("message", request.getMessage(), Limits.MAX_TEXT_BYTES);
    toBeAnswered(
        topic, new SessionCommand.Ask(caller(), request.getId(), request.getMessage()), request);
  }

  private void again(ChatRequest request) throws RefusedException {
    toBeAnswered(
        topic(request),
        new SessionCommand.Again(caller(), request.getId(), turn(request)),
        request);
  }

  private void toBeAnswered(TopicId topic, SessionCommand command, ChatRequest request)
      throws RefusedException {
    Watching watching = topics.concerns(topic) ? null : new Watching(topic, null);
    if (watching != null) {
      join(topic, watching);
    }
    context.answers().enter(topic.name(), caller().id());
    submit(
        topic,
        command,
        _ -> context.answers().go(topic.name()),
        outcome -> {
          if (watching != null) {
            boolean anew = command instanceof SessionCommand.Again;
            watching.decided(outcome instanceof Outcome.Done done ? done.sequence() : 0, anew);
          }
          Refusal unseen = watching == null ? null : watching.refusal;
          if (outcome instanceof Outcome.Done && unseen != null) {
            refuse(request, unseen); // it was taken, but the answer would not be seen
            return;
          }
          if (outcome instanceof Outcome.Done && topics.concerns(topic)) {
            asked.add(topic);
          }
          answer(request, outcome);
        });
  }

  private static long turn(ChatRequest request) throws RefusedException {
    return Checks.notNegative("turn_sequence", request.getTurnSequence());
  }

  private void stop(ChatRequest request) throws RefusedException {
    TopicId topic = topic(request);
    long turn = turn(request);
    submit(
        topic,
        new SessionCommand.Stop(caller(), turn),
        request,
        outcome -> {
          if (outcome instanceof Outcome.Done done && done.sequence() > 0) {
            context.answers().stopped(topic.name(), turn, done.sequence());
          }
        });
  }

  private void type(ChatRequest request, boolean on) throws RefusedException {
    submit(topic(request), new SessionCommand.Type(caller(), on), request, _ -> {});
  }

  /// Has a command decided, and answers.
  ///
  /// @param decided told first, on the engine's thread, also if the stream has ended
  private void submit(
      TopicId topic, SessionCommand command, ChatRequest request, Consumer<Outcome> decided) {
    submit(topic, command, decided, outcome -> answer(request, outcome));
  }

  private void submit(
      TopicId topic,
      SessionCommand command,
      Consumer<Outcome> decided,
      Consumer<Outcome> answering) {
    window().began();
    context
        .engine()
        .submit(
            topic,
            command,
            outcome -> {
              decided.accept(outcome);
              execute(
                  () -> {
                    if (!hasEnded()) {
                      answering.accept(outcome);
                    }
                    answered();
                  });
            });
  }

  private void answer(ChatRequest request, Outcome outcome) {
    switch (outcome) {
      case Outcome.Done done -> acknowledge(request, done);
      case Outcome.Refused it -> refuse(request, it.refusal());
    }
  }

  private void acknowledge(ChatRequest request, Outcome.Done done) {
    if (!classic && !request.getId().isEmpty()) {
      send(
          response(ChatResponse.Type.ACK, request)
              .setSequence(done.sequence())
              .setDuplicate(done.repeated())
              .setTimestamp(SessionMapping.instant(done.atMicros()).toString()));
    }
  }

  // Watching.

  private void watch(ChatRequest request) throws RefusedException {
    TopicId topic = topic(request);
    Checks.notNegative("after_sequence", request.getAfterSequence());
    join(topic, new Watching(topic, request));
  }

  private void join(TopicId topic, StreamTopics.Joining joining) throws RefusedException {
    topics.join(
        topic, new SessionCommand.Watch(caller()), Status.ONLINE, out(), () -> null, joining);
  }

  /// What becomes of the wish to watch a session.
  private final class Watching implements StreamTopics.Joining {
    private final TopicId topic;

    /// Null: something is asked there, which is answered by itself.
    private final @Nullable ChatRequest request;

    /// Why it is not watched; null: it is, or that is not known yet.
    private @Nullable Refusal refusal;

    /// What waits to be released until it is known what was asked; null: nothing does.
    private @Nullable Runnable release;

    /// Where what was asked is, and whether it is another answer to an earlier turn.
    private long asked;

    private boolean anew;

    Watching(TopicId topic, @Nullable ChatRequest request) {
      this.topic = topic;
      this.request = request;
    }

    @Override
    public void attached(Attachment.Begun begun, Subscriber subscriber) {
      if (request == null) {
        release =
            () -> {
              if (topics.holds(subscriber)) {
                begin(begun, subscriber);
              }
            };
      } else {
        begin(begun, subscriber);
      }
    }

    /// What was asked is decided, which is known after what became of the watching.
    ///
    /// @param sequence where it is, perhaps since long ago; 0: it was refused
    /// @param again whether it is another answer to an earlier turn
    void decided(long sequence, boolean again) {
      asked = sequence;
      anew = again;
      if (release != null) {
        release.run();
      }
    }

    @Override
    public void left() {
      if (request != null) {
        refuse(request, Reason.INVALID_REQUEST.because("UNWATCH came before it was begun"));
      }
    }

    private void begin(Attachment.Begun begun, Subscriber subscriber) {
      SessionState state = (SessionState) begun.state();
      boolean named = request != null && request.hasAfterSequence();
      boolean reset = named && isElsewhere(begun);
      long after =
          named && !reset && request != null ? request.getAfterSequence() : place(begun, state);
      if (!classic) {
        send(
            response(ChatResponse.Type.WATCHING, request)
                .setSessionId(topic.name())
                .setSequence(after)
                .setEpoch(begun.epoch())
                .setReset(reset)
                .setSession(SessionMapping.session(state)));
      }
      release(subscriber, after);
      var _ = context.answers().attend(state, false);
    }

    private boolean isElsewhere(Attachment.Begun begun) {
      return request != null
          && (request.getAfterSequence() > begun.lastSequence()
              || (request.getEpoch() != 0 && request.getEpoch() != begun.epoch()));
    }

    /// Just before what is under way, and before what was asked, so that who begins to watch sees
    /// all of it.
    private long place(Attachment.Begun begun, SessionState state) {
      long place = underWay(begun, state);
      return asked > 0 ? Math.min(place, asked - 1) : place;
    }

    private long underWay(Attachment.Begun begun, SessionState state) {
      Answer answer = state.answer();
      if (answer != null) {
        return answer.sequence() - 1;
      }
      boolean turnWaits = !state.queue().isEmpty() && !anew;
      return turnWaits ? state.queue().getFirst() - 1 : begun.lastSequence();
    }

    @Override
    public void refused(Refusal refusal) {
      this.refusal = refusal;
      if (request != null) {
        refuse(request, refusal);
      }
    }
  }

  private void closed(TopicId topic, String reason) {
    asked.remove(topic);
    tellClosed(topic, reason);
  }

  // Answers.

  private void send(ChatResponse.Builder response) {
    send(SessionFormat.of(response));
  }

  private ChatResponse.Builder response(ChatResponse.Type type, @Nullable ChatRequest request) {
    ChatResponse.Builder response =
        ChatResponse.newBuilder()
            .setType(type)
            .setTimestamp(SessionMapping.instant(context.clock().epochMicros()).toString());
    return request == null
        ? response
        : response
            .setSessionId(quotable(request.getSessionId()))
            .setRequestId(quotable(request.getId()));
  }

  /// Nobody is sent back what he should not have sent.
  private static String quotable(String quoted) {
    return quoted.getBytes(StandardCharsets.UTF_8).length <= Limits.MAX_ID_BYTES ? quoted : "";
  }

  @Override
  protected void refuse(@Nullable ChatRequest request, Refusal refusal) {
    ChatResponse.Builder error =
        response(ChatResponse.Type.ERROR, request)
            .setErrorMessage(refusal.message())
            .setReason(refusal.reason().name());
    Duration retryAfter = refusal.retryAfter();
    if (retryAfter != null) {
      error.setRetryAfter(Refusals.duration(retryAfter));
    }
    send(error);
  }

  @Override
  protected void tellDrain(Duration grace) {
    if (!classic) {
      send(
          response(ChatResponse.Type.DRAIN, null)
              .setRetryAfter(Refusals.duration(Limits.RECONNECT_WITHIN)));
    }
  }

  /// The answers to what was asked here; not what others ask in sessions that are only watched.
  @Override
  protected boolean hasMore() {
    for (TopicId topic : asked) {
      Runnable ended = () -> execute(() -> answersEnded(topic));
      if (topics.contains(topic) && context.answers().await(topic.name(), ended)) {
        awaited.put(topic, ended);
      }
    }
    asked.clear();
    return !awaited.isEmpty();
  }

  private void answersEnded(TopicId topic) {
    awaited.remove(topic);
    out().pumpLater();
  }

  @Override
  protected void left(Departure departure) {
    awaited.forEach((topic, ended) -> context.answers().forget(topic.name(), ended));
    topics.leaveAll(departure);
  }
}
