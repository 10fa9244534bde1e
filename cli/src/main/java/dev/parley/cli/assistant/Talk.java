package dev.parley.cli.assistant;

import dev.parley.assistant.v1.Answer;
import dev.parley.assistant.v1.ChatResponse;
import dev.parley.assistant.v1.GetTranscriptResponse;
import dev.parley.assistant.v1.Outcome;
import dev.parley.assistant.v1.Session;
import dev.parley.assistant.v1.Turn;
import dev.parley.cli.output.PlainText;
import dev.parley.cli.render.EventLines;
import dev.parley.cli.terminal.Screen;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// What is known of the session that is talked in: takes its events, and has them shown in the
/// order in which they are read best. Owned by the loop.
///
/// A turn that waits for its answer while another answer comes is shown when its own begins.
final class Talk {
  /// Exchanges of the past that are shown when a session is gone on with.
  private static final int SHOWN_PAST = 3;

  /// A turn that has no answer yet.
  private static final class Waiting {
    final int number;
    final String text;
    boolean shown;

    Waiting(int number, String text) {
      this.number = number;
      this.text = text;
    }
  }

  private final View view;
  private final Screen notes;
  private final Figures figures;
  private final LongSupplier nanoTime;
  private final Map<Long, Waiting> waiting = new LinkedHashMap<>(); // bounded by the server
  private Session session = Session.getDefaultInstance();
  private String model = "";
  private int turns;
  private long lastTurn;
  private long seen;
  private long expected;
  private int asked;
  private @Nullable Answer answer;
  private long answerSinceNanos;
  private boolean stopping;
  private int failures;
  private String connection = "connecting";
  private boolean connected;

  /// @param notes where this program's own words are shown
  Talk(View view, Screen notes, Figures figures, LongSupplier nanoTime) {
    this.view = view;
    this.notes = notes;
    this.figures = figures;
    this.nanoTime = nanoTime;
  }

  // What is known.

  /// The present session; empty: there is none.
  Session session() {
    return session;
  }

  /// Sequence of the newest turn of the session; 0: there is none.
  long lastTurn() {
    return lastTurn;
  }

  /// Number of the newest turn, as it is shown.
  int turns() {
    return turns;
  }

  /// Whether the newest turn waits for its answer to begin.
  boolean isLastWaiting() {
    return waiting.containsKey(lastTurn);
  }

  /// The model of the present session, else of the one before; empty: there was none.
  String model() {
    return session.getId().isEmpty() ? model : session.getModel();
  }

  /// The answer that is under way; null: none is.
  @Nullable Answer answer() {
    return answer;
  }

  /// How long the answer that is under way has been so.
  long answerNanos() {
    return nanoTime.getAsLong() - answerSinceNanos;
  }

  /// Turns that wait for their answers.
  int waiting() {
    return waiting.size();
  }

  /// Whether the end of the answer that is under way was asked for.
  boolean isStopping() {
    return stopping;
  }

  void stopping(boolean is) {
    stopping = is;
  }

  /// What went wrong so far.
  int failures() {
    return failures;
  }

  String connection() {
    return connection;
  }

  boolean isConnected() {
    return connected;
  }

  void connection(String words, boolean is) {
    connection = words;
    connected = is;
  }

  /// Whether nothing is on its way, in either direction.
  boolean isQuiet() {
    return asked == 0 && seen >= expected && answer == null && waiting.isEmpty();
  }

  // What is asked.

  /// Something is asked of the server that brings events.
  void asks() {
    asked++;
  }

  /// It is answered.
  ///
  /// @param sequence the place of what it brought; 0: nothing
  void acknowledged(String sessionId, long sequence) {
    asked--;
    if (sessionId.equals(session.getId())) {
      expected = Math.max(expected, sequence);
    }
  }

  /// It is refused.
  void refused(String words) {
    asked--;
    failed(words);
  }

  /// Something was not done.
  void failed(String words) {
    failures++;
    notes.print(EventLines.error(words));
  }

  void note(String words) {
    notes.print(EventLines.note(words));
  }

  // Sessions.

  /// There is no session any more.
  void leave() {
    model = model();
    session = Session.getDefaultInstance();
    forget();
    turns = 0;
    lastTurn = 0;
  }

  /// The session is no more, and so nothing goes on in it.
  void deleted() {
    if (answer != null) {
      answer = answer.toBuilder().setOutcome(Outcome.OUTCOME_STOPPED).build();
    }
    leave();
  }

  private void forget() {
    if (answer != null) {
      view.ended(answer);
    }
    answer = null;
    stopping = false;
    waiting.clear();
    seen = 0;
    expected = 0;
  }

  /// A session is gone on with.
  ///
  /// @param transcript all that was said in it
  void enter(GetTranscriptResponse transcript) {
    leave();
    session = transcript.getSession();
    seen = transcript.getLastSequence();
    List<Turn> said = transcript.getTurnsList();
    int from = Math.max(0, said.size() - SHOWN_PAST);
    if (from > 0 && view.showsPast()) {
      note("(%,d exchanges before these: /export shows all)".formatted(from));
    }
    for (Turn turn : said) {
      turns++;
      lastTurn = turn.getSequence();
      boolean ended = turn.hasAnswer() && turn.getAnswer().getOutcome() != Outcome.OUTCOME_UNKNOWN;
      if (!ended) {
        unfinished(turn);
      } else if (view.showsPast() && turns > from) {
        view.turn(turns, turn.getText());
        view.chunk(turn.getAnswer().getText());
        view.ended(turn.getAnswer());
      }
    }
  }

  private void unfinished(Turn turn) {
    Waiting queued = new Waiting(turns, turn.getText());
    waiting.put(turn.getSequence(), queued);
    if (turn.hasAnswer()) {
      begin(turn.getAnswer());
      if (!turn.getAnswer().getText().isEmpty()) {
        view.chunk(turn.getAnswer().getText());
      }
    }
  }

  // Events.

  /// An event of the client's stream.
  void take(ChatResponse event) {
    if (!event.getSessionId().equals(session.getId()) || session.getId().isEmpty()) {
      return;
    }
    view.event(event);
    seen = Math.max(seen, event.getSequence());
    switch (event.getType()) {
      case TURN -> turn(event);
      case REGENERATING -> {
        if (!waiting.containsKey(event.getTurnSequence())) {
          Waiting again = new Waiting(turns, "");
          again.shown = true;
          note("asked again");
          waiting.put(event.getTurnSequence(), again);
        }
      }
      case STATUS -> begin(event.getAnswer());
      case CHUNK -> {
        figures.chunk();
        view.chunk(event.getChunkText());
      }
      case RESPONSE_COMPLETE -> end(event);
      case ERROR -> {
        if (event.getSequence() > 0) {
          end(event);
        } else {
          failed(event.getErrorMessage() + Words.again(event));
          leave();
        }
      }
      case SESSION_UPDATE -> updated(event.getSession());
      case WATCHING -> watching(event);
      case CLOSED -> {
        String id = Words.id(session.getId());
        deleted();
        note("session %s was deleted".formatted(id));
      }
      case RESPONSE_START, PONG, ACK, CAUGHT_UP, TYPING, TYPING_STOPPED, DRAIN, UNRECOGNIZED -> {}
    }
  }

  private void turn(ChatResponse event) {
    Waiting turn = new Waiting(++turns, event.getText());
    lastTurn = event.getSequence();
    if (answer == null && waiting.isEmpty()) {
      show(turn);
    }
    waiting.put(event.getSequence(), turn);
  }

  private void show(Waiting turn) {
    if (!turn.shown) {
      turn.shown = true;
      view.turn(turn.number, turn.text);
    }
  }

  private void begin(Answer begun) {
    Waiting turn = waiting.remove(begun.getTurnSequence());
    if (turn != null) {
      show(turn);
    }
    answer = begun;
    answerSinceNanos = nanoTime.getAsLong();
    stopping = false;
  }

  private void end(ChatResponse event) {
    Answer ended = event.getAnswer();
    Waiting turn = waiting.remove(ended.getTurnSequence());
    if (turn != null) { // stopped before it began
      show(turn);
    }
    if (answer != null && answer.getTurnSequence() != ended.getTurnSequence()) {
      note("a turn that waited was taken back: it gets no answer");
      return;
    }
    boolean elsewhere = ended.getOutcome() == Outcome.OUTCOME_STOPPED && !stopping;
    answer = null;
    stopping = false;
    figures.ended(ended);
    view.ended(ended);
    if (ended.getOutcome() != Outcome.OUTCOME_COMPLETE) {
      failures++;
    }
    String fault = elsewhere ? "the answer was stopped elsewhere" : Words.fault(ended);
    if (!fault.isEmpty()) {
      notes.print(EventLines.error(fault + Words.again(event)));
    }
  }

  private void updated(Session now) {
    Session before = session;
    session = now;
    if (!before.getModel().equals(now.getModel())) {
      note("from the next answer on: " + PlainText.line(now.getModel()));
    }
    if (!before.getTitle().equals(now.getTitle())) {
      note("this session is called “" + PlainText.line(now.getTitle()) + "”");
    }
    if (!before.getSystemPrompt().equals(now.getSystemPrompt())) {
      note(
          now.getSystemPrompt().isEmpty()
              ? "from the next answer on: no instructions"
              : "from the next answer on the model has these instructions: /system shows them");
    }
  }

  private void watching(ChatResponse event) {
    session = event.getSession();
    if (event.getReset()) {
      note("the server's data were restored from a backup: this session begins anew here");
      forget();
      turns = session.getUserMessages();
      seen = event.getSequence();
    }
  }
}
