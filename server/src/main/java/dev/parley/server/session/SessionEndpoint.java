package dev.parley.server.session;

import dev.parley.assistant.v1.AssistantServiceGrpc;
import dev.parley.assistant.v1.CreateSessionRequest;
import dev.parley.assistant.v1.CreateSessionResponse;
import dev.parley.assistant.v1.DeleteSessionRequest;
import dev.parley.assistant.v1.DeleteSessionResponse;
import dev.parley.assistant.v1.GetTranscriptRequest;
import dev.parley.assistant.v1.GetTranscriptResponse;
import dev.parley.assistant.v1.ListSessionsRequest;
import dev.parley.assistant.v1.ListSessionsResponse;
import dev.parley.assistant.v1.SearchSessionsRequest;
import dev.parley.assistant.v1.SearchSessionsResponse;
import dev.parley.assistant.v1.ServerStatsRequest;
import dev.parley.assistant.v1.ServerStatsResponse;
import dev.parley.assistant.v1.Session;
import dev.parley.assistant.v1.SessionInfoRequest;
import dev.parley.assistant.v1.SessionInfoResponse;
import dev.parley.assistant.v1.SessionSummary;
import dev.parley.assistant.v1.UpdateSessionRequest;
import dev.parley.assistant.v1.UpdateSessionResponse;
import dev.parley.core.access.Caller;
import dev.parley.core.error.Reason;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Checks;
import dev.parley.core.limit.Limits;
import dev.parley.core.model.ModelException;
import dev.parley.core.session.Answer;
import dev.parley.core.session.Exchange;
import dev.parley.core.session.SessionCommand;
import dev.parley.core.session.SessionRules;
import dev.parley.core.session.SessionState;
import dev.parley.core.topic.JournalReader;
import dev.parley.core.topic.Outcome;
import dev.parley.server.rpc.Ids;
import dev.parley.server.rpc.Replies;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The calls beside the stream, of `AssistantService` and of the `ChatService` without a package.
/// Thread-safe; `Chat` itself is bound by [SessionServices].
final class SessionEndpoint extends AssistantServiceGrpc.AssistantServiceImplBase {
  private static final int DEFAULT_TURNS = 100;
  private static final String FRAMEWORK = "Parley";

  private final SessionContext context;
  private final Replies replies;

  SessionEndpoint(SessionContext context) {
    this.context = context;
    replies = new Replies(context.reads());
  }

  @Override
  public void createSession(
      CreateSessionRequest request, StreamObserver<CreateSessionResponse> observer) {
    Replies.guard(
        observer,
        () -> {
          Caller caller = context.calls().callerOrAddress();
          title(request.getTitle());
          prompt(request.getSystemPrompt());
          if (request.getForkSessionId().isEmpty()) {
            create(caller, request, model(or(request.getModelId(), context.model())), observer);
          } else {
            fork(caller, request, observer);
          }
        });
  }

  private void create(
      Caller caller,
      CreateSessionRequest request,
      String model,
      StreamObserver<CreateSessionResponse> observer) {
    create(
        new SessionCommand.Create(
            caller, request.getTitle(), model, request.getSystemPrompt(), List.of()),
        observer);
  }

  private void create(
      SessionCommand.Create command, StreamObserver<CreateSessionResponse> observer) {
    String id = Ids.next(context.clock().epochMicros());
    submit(
        id,
        command,
        observer,
        _ -> {
          context.figures().created();
          replies.answer(
              observer,
              () ->
                  CreateSessionResponse.newBuilder()
                      .setSessionId(id)
                      .setModel(command.model())
                      .setSuccess(true)
                      .setMessage("Session created")
                      .build());
        });
  }

  private void fork(
      Caller caller, CreateSessionRequest request, StreamObserver<CreateSessionResponse> observer)
      throws RefusedException {
    String source = Checks.id("fork_session_id", request.getForkSessionId());
    String wanted = request.getModelId().isEmpty() ? "" : model(request.getModelId());
    long before =
        request.getForkBeforeSequence() > 0 ? request.getForkBeforeSequence() : Long.MAX_VALUE;
    boolean hadWork = context.answers().has(source);
    replies.read(
        observer,
        reader -> {
          // one more than may be, to see whether the last one is to be copied too
          int most = Limits.MAX_FORKED_TURNS;
          Sessions.Page page = Sessions.page(reader, caller, source, 0, most + 1);
          SessionState state = page.stand().state();
          boolean atWork = context.answers().attend(state, hadWork);
          List<Exchange> copied = new ArrayList<>();
          for (Exchange exchange : page.exchanges()) {
            if (exchange.sequence() < before) {
              copied.add(answered(exchange, state, atWork));
            }
          }
          boolean all = page.next() == 0 || page.exchanges().getLast().sequence() >= before;
          if (!all || copied.size() > most) {
            throw new RefusedException(
                Reason.TOO_LARGE.because(
                    "fork_session_id: more than %d turns or %d bytes to copy (expected: at most that)"
                        .formatted(most, Limits.MAX_ANSWER_BYTES)));
          }
          SessionState.About about = state.about();
          return new SessionCommand.Create(
              caller,
              or(request.getTitle(), about.title()),
              or(wanted, about.model()),
              or(request.getSystemPrompt(), about.systemPrompt()),
              copied);
        },
        command -> create(command, observer));
  }

  /// A turn to be brought along, with the answer that it has come to.
  private Exchange answered(Exchange exchange, SessionState state, boolean atWork)
      throws RefusedException {
    long turn = exchange.sequence();
    Answer left = state.answer();
    boolean isLeft = left != null && left.turn() == turn;
    if ((isLeft && atWork)
        || (!isLeft && exchange.answer() == null)
        || state.queue().contains(turn)) {
      throw new RefusedException(
          Reason.INVALID_REQUEST.because(
              "fork_session_id: the answer to turn %d is not there yet; wait, stop it, or fork before it"
                  .formatted(turn)));
    }
    if (left == null || !isLeft || (exchange.answer() != null && left.text().isEmpty())) {
      return exchange;
    }
    Instant now = SessionMapping.instant(context.clock().epochMicros());
    Answer partial = left.ended(Telling.interrupted(), now);
    return new Exchange(turn, exchange.question(), exchange.at(), partial, exchange.answers() + 1);
  }

  private static String or(String given, String otherwise) {
    return given.isEmpty() ? otherwise : given;
  }

  @Override
  public void getSessionInfo(
      SessionInfoRequest request, StreamObserver<SessionInfoResponse> observer) {
    Replies.guard(
        observer,
        () -> {
          Caller caller = context.calls().callerOrAddress();
          String id = Checks.id("session_id", request.getSessionId());
          boolean hadWork = context.answers().has(id);
          replies.fromJournal(
              observer, reader -> info(Sessions.visible(reader, caller, id).state(), hadWork));
        });
  }

  private SessionInfoResponse info(SessionState state, boolean hadWork) {
    return SessionInfoResponse.newBuilder()
        .setSuccess(true)
        .setMessage("Session found")
        .setSessionId(state.id())
        .setModel(state.about().model())
        .setMessageCount(state.totals().messages())
        .setUserMessages(state.totals().userMessages())
        .setModelMessages(state.totals().modelMessages())
        .setDurationSeconds((int) age(state).toSeconds())
        .setCreatedAt(state.about().createdAt().toString())
        .setSession(told(state, hadWork))
        .build();
  }

  /// A session as it was read.
  ///
  /// @param hadWork whether somebody worked at it before that
  private Session told(SessionState state, boolean hadWork) {
    return SessionMapping.session(state, context.answers().attend(state, hadWork));
  }

  private Duration age(SessionState state) {
    Instant now = SessionMapping.instant(context.clock().epochMicros());
    return Duration.between(state.about().createdAt(), now);
  }

  @Override
  public void listSessions(
      ListSessionsRequest request, StreamObserver<ListSessionsResponse> observer) {
    Replies.guard(
        observer,
        () -> {
          Caller caller = context.calls().callerOrAddress();
          int limit =
              Checks.page("page_size", request.getPageSize(), Limits.MAX_PAGE, Limits.MAX_PAGE);
          Checks.line("page_token", request.getPageToken(), Limits.MAX_ID_BYTES);
          replies.fromJournal(
              observer,
              reader ->
                  page(
                      reader.topicsBackwards(
                          SessionRules.KIND, caller.id(), request.getPageToken(), limit),
                      limit));
        });
  }

  private ListSessionsResponse page(List<JournalReader.Listing> listings, int limit) {
    ListSessionsResponse.Builder page =
        ListSessionsResponse.newBuilder().setActiveSessions(listings.size());
    for (JournalReader.Listing listing : listings) {
      SessionState state = Sessions.state(listing.head());
      boolean atWork = context.answers().attend(state, false);
      page.addSessions(
          SessionSummary.newBuilder()
              .setSessionId(state.id())
              .setModel(state.about().model())
              .setMessageCount(state.totals().messages())
              .setDurationMinutes((int) age(state).toMinutes())
              .setCreatedAt(state.about().createdAt().toString())
              .setTitle(state.about().title())
              .setAnswering(state.answer() != null && atWork));
    }
    if (listings.size() == limit) {
      page.setNextPageToken(listings.getLast().head().topic().name());
    }
    return page.build();
  }

  @Override
  public void deleteSession(
      DeleteSessionRequest request, StreamObserver<DeleteSessionResponse> observer) {
    Replies.guard(
        observer,
        () -> {
          Caller caller = context.calls().callerOrAddress();
          String id = Checks.id("session_id", request.getSessionId());
          submit(
              id,
              new SessionCommand.Delete(caller),
              observer,
              done -> {
                context.answers().stopped(id, 0, done.sequence());
                replies.answer(
                    observer,
                    () ->
                        DeleteSessionResponse.newBuilder()
                            .setSuccess(true)
                            .setMessage("Session deleted")
                            .build());
              });
        });
  }

  @Override
  public void getServerStats(
      ServerStatsRequest request, StreamObserver<ServerStatsResponse> observer) {
    Figures figures = context.figures();
    Replies.guard(
        observer,
        () ->
            replies.answer(
                observer,
                () ->
                    ServerStatsResponse.newBuilder()
                        .setUptimeSeconds((int) figures.uptime(context.clock().nanos()).toSeconds())
                        .setTotalRequests((int) figures.begunCount())
                        .setSuccessfulRequests((int) figures.wellCount())
                        .setFailedRequests((int) figures.failedCount())
                        .setActiveSessions(context.answers().size())
                        .setTotalSessionsCreated((int) figures.createdCount())
                        .setAverageResponseTime(figures.meanSeconds())
                        .setModel(context.model())
                        .setFramework(FRAMEWORK)
                        .build()));
  }

  @Override
  public void updateSession(
      UpdateSessionRequest request, StreamObserver<UpdateSessionResponse> observer) {
    Replies.guard(
        observer,
        () -> {
          Caller caller = context.calls().callerOrAddress();
          String id = Checks.id("session_id", request.getSessionId());
          boolean hadWork = context.answers().has(id);
          submit(
              id,
              new SessionCommand.Update(
                  caller,
                  request.hasTitle() ? title(request.getTitle()) : null,
                  request.hasModelId() ? model(request.getModelId()) : null,
                  request.hasSystemPrompt() ? prompt(request.getSystemPrompt()) : null),
              observer,
              _ ->
                  replies.fromJournal(
                      observer,
                      reader ->
                          UpdateSessionResponse.newBuilder()
                              .setSession(
                                  told(Sessions.visible(reader, caller, id).state(), hadWork))
                              .build()));
        });
  }

  @Override
  public void getTranscript(
      GetTranscriptRequest request, StreamObserver<GetTranscriptResponse> observer) {
    Replies.guard(
        observer,
        () -> {
          Caller caller = context.calls().callerOrAddress();
          String id = Checks.id("session_id", request.getSessionId());
          int limit =
              Checks.page("page_size", request.getPageSize(), DEFAULT_TURNS, Limits.MAX_PAGE);
          Checks.notNegative("after_sequence", request.getAfterSequence());
          boolean hadWork = context.answers().has(id);
          replies.fromJournal(
              observer,
              reader -> {
                Sessions.Page page =
                    Sessions.page(reader, caller, id, request.getAfterSequence(), limit);
                return Transcripts.of(
                    page,
                    reader.epoch(),
                    new Transcripts.Wanted(request.getMarkdown(), request.getJson()),
                    context.answers().attend(page.stand().state(), hadWork));
              });
        });
  }

  @Override
  public void searchSessions(
      SearchSessionsRequest request, StreamObserver<SearchSessionsResponse> observer) {
    Replies.guard(
        observer,
        () -> {
          SessionSearch search = SessionSearch.of(context.calls().callerOrAddress(), request);
          replies.fromSearch(observer, search::run);
        });
  }

  private void submit(
      String session,
      SessionCommand command,
      StreamObserver<?> observer,
      Consumer<Outcome.Done> done) {
    context.engine().submit(SessionRules.topic(session), command, replies.then(observer, done));
  }

  private String model(String model) throws RefusedException {
    Checks.line("model_id", model, Limits.MAX_NAME_BYTES);
    try {
      return context.gateway().route(model).toString();
    } catch (ModelException e) {
      throw new RefusedException(Reason.INVALID_REQUEST.because("model_id: " + e.getMessage()));
    }
  }

  private static String title(String title) throws RefusedException {
    return Checks.line("title", title, Limits.MAX_NAME_BYTES);
  }

  private static String prompt(String prompt) throws RefusedException {
    return prompt.isEmpty()
        ? prompt
        : Checks.text("system_prompt", prompt, Limits.MAX_SYSTEM_PROMPT_BYTES);
  }
}
