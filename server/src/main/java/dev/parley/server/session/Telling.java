package dev.parley.server.session;

import dev.parley.core.error.Refusal;
import dev.parley.core.limit.Limits;
import dev.parley.core.limit.MemoryBudget;
import dev.parley.core.model.ModelEvent;
import dev.parley.core.model.ModelEvent.Usage;
import dev.parley.core.model.ModelException;
import dev.parley.core.session.Answer;
import dev.parley.core.session.SessionCommand;
import dev.parley.core.session.SessionCommand.End;
import dev.parley.core.topic.Outcome;
import dev.parley.core.topic.TopicId;
import dev.parley.models.Route;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One answer on its way from the model into its session's journal.
///
/// At most one command is under way at the engine. What the model says meanwhile gathers and is the
/// next chunk: so where the disk is quick each piece is a chunk, and where it is not, chunks grow;
/// no clock decides. While [Limits#MAX_CHUNK_CHARS] wait, the model is not read. Thread-safe.
final class Telling implements Flow.Subscriber<ModelEvent> {
  private static final Logger LOG = LoggerFactory.getLogger(Telling.class);

  /// How often a command is sent again while storage fails: for two minutes.
  private static final int MAX_TRIES = 240;

  private final Answers.Work work;
  private final TopicId topic;
  private final long turn;
  private final long answer;
  private final MemoryBudget.Share held;
  private final Consumer<@Nullable End> ended;
  private final long beganNanos;

  private final StringBuilder waiting = new StringBuilder();
  private long chars;
  private Flow.@Nullable Subscription subscription;
  private @Nullable Route route;
  private @Nullable End end;
  private boolean started;
  private boolean startTold;
  private boolean requested;
  private boolean telling;
  private boolean over;
  private int tries;

  /// @param turn sequence of the turn that is answered
  /// @param answer the answer's sequence
  /// @param held what its prompt takes; closed when it has ended
  /// @param ended told once, when there is no more: the end that could not be stored, null if it
  ///     was or nobody wants it
  Telling(
      Answers.Work work,
      TopicId topic,
      long turn,
      long answer,
      MemoryBudget.Share held,
      Consumer<@Nullable End> ended) {
    this.work = work;
    this.topic = topic;
    this.turn = turn;
    this.answer = answer;
    this.held = held;
    this.ended = ended;
    beganNanos = work.clock().nanos();
  }

  /// How an answer ends whose server goes away.
  static End interrupted() {
    return new End(
        Answer.Outcome.INTERRUPTED,
        Usage.UNKNOWN,
        -1,
        "INTERRUPTED",
        "the answer was interrupted: the server went away");
  }

  long turn() {
    return turn;
  }

  long answer() {
    return answer;
  }

  // From the model.

  /// A model is asked.
  synchronized void asked(Route asked) {
    route = asked;
  }

  @Override
  public void onSubscribe(Flow.Subscription open) {
    boolean unwanted;
    synchronized (this) {
      subscription = open;
      unwanted = over || end != null;
    }
    if (unwanted) {
      open.cancel();
    } else {
      readOn();
    }
  }

  @Override
  public void onNext(ModelEvent event) {
    synchronized (this) {
      requested = false;
      if (over || end != null) {
        return;
      }
      switch (event) {
        case ModelEvent.Started _ -> started = true;
        case ModelEvent.Text text -> add(text.text());
        case ModelEvent.Refused refused -> add(refused.text());
        case ModelEvent.Reasoning _, ModelEvent.ToolCall _ -> {} // not part of the text
        case ModelEvent.Finished finished -> end = finished(finished);
      }
      tell();
    }
    readOn();
  }

  private End finished(ModelEvent.Finished finished) {
    long cost = route == null ? -1 : work.gateway().costNanos(route, finished.usage());
    String reason = finished.reason().name();
    return new End(Answer.Outcome.COMPLETE, finished.usage(), cost, reason, "");
  }

  private void add(String text) {
    long room = Limits.MAX_ANSWER_CHARS - chars;
    if (text.length() > room) {
      waiting.append(text, 0, whole(text, (int) room, false));
      fail("TOO_LARGE", "the answer is longer than %d characters".formatted(chars + room));
      cancelModel();
    } else if (!held.grow((long) Limits.BYTES_PER_CHAR * text.length())) {
      fail("OVERLOADED", "answers fill the memory that is for them; the rest is left out");
      cancelModel();
    } else {
      waiting.append(text);
    }
    chars += text.length();
  }

  @Override
  public void onError(Throwable e) {
    synchronized (this) {
      if (e instanceof ModelException model) {
        fail(model.kind().told(), words(model));
      } else {
        LOG.error("{}: a model cannot be asked", topic, e);
        fail("INTERNAL", "the server has a fault; its log tells more");
      }
      tell();
    }
  }

  @Override
  public void onComplete() {
    synchronized (this) {
      fail("CUT", "the answer stopped without its proper end");
      tell();
    }
  }

  /// Also when it may go better, which has no field of its own in what is stored.
  private static String words(ModelException e) {
    Duration after = e.retryAfter();
    return after == null
        ? String.valueOf(e.getMessage())
        : "%s (expected: the same again after %d s)"
            .formatted(e.getMessage(), Math.ceilDiv(after.toMillis(), 1_000));
  }

  private void fail(String reason, String message) {
    if (end == null) {
      end =
          new End(
              Answer.Outcome.FAILED, Usage.UNKNOWN, -1, reason.toUpperCase(Locale.ROOT), message);
    }
  }

  /// Asks for the next event, if there is room for it.
  private void readOn() {
    Flow.Subscription open;
    synchronized (this) {
      open = subscription;
      if (open == null
          || requested
          || over
          || end != null
          || waiting.length() >= Limits.MAX_CHUNK_CHARS) {
        return;
      }
      requested = true;
    }
    open.request(1);
  }

  // To the session.

  /// Puts what waits on its way, unless something is.
  private void tell() {
    boolean starts = started && !startTold;
    int length = whole(waiting, Math.min(waiting.length(), Limits.MAX_CHUNK_CHARS), end == null);
    if (telling || over || (length == 0 && end == null && !starts)) {
      return;
    }
    telling = true;
    startTold = true;
    String text = waiting.substring(0, length);
    waiting.delete(0, length);
    submit(new SessionCommand.Tell(answer, text, waiting.isEmpty() ? end : null));
  }

  /// Where a text can be cut at or before a place: not within a character of two halves.
  ///
  /// @param goesOn whether more of the text may come
  private static int whole(CharSequence text, int place, boolean goesOn) {
    boolean within =
        place > 0
            && (goesOn || place < text.length())
            && Character.isHighSurrogate(text.charAt(place - 1));
    return within ? place - 1 : place;
  }

  private void submit(SessionCommand.Tell tell) {
    work.engine().submit(topic, tell, outcome -> told(tell, outcome));
  }

  /// On the engine's thread, where models are not asked.
  private void told(SessionCommand.Tell tell, Outcome outcome) {
    boolean hasEnded = false;
    boolean readsOn = false;
    End lost = null;
    synchronized (this) {
      switch (outcome) {
        case Outcome.Done _ -> {
          telling = false;
          tries = 0;
          hasEnded = tell.end() != null || over;
          over = hasEnded;
          tell();
          readsOn = !requested;
        }
        case Outcome.Refused refused -> {
          tries++;
          if (refused.refusal().retryAfter() != null && tries < MAX_TRIES && !over) {
            var _ =
                work.executor()
                    .schedule(() -> submit(tell), Answering.RETRY_MILLIS, TimeUnit.MILLISECONDS);
            return;
          }
          if (refused.refusal().retryAfter() != null && !over) {
            lost = lost(refused.refusal());
          }
          telling = false;
          hasEnded = true;
          over = true;
        }
      }
    }
    if (hasEnded) {
      finish(outcome instanceof Outcome.Done ? tell.end() : null, lost);
    } else if (readsOn) {
      work.executor().execute(this::readOn);
    }
  }

  /// How an answer ends whose rest cannot be stored.
  private static End lost(Refusal refusal) {
    return new End(
        Answer.Outcome.FAILED,
        Usage.UNKNOWN,
        -1,
        refusal.reason().name(),
        "the answer could not be stored: " + refusal.message());
  }

  private void finish(@Nullable End how, @Nullable End lost) {
    long took = work.clock().nanos() - beganNanos;
    boolean asWanted = lost == null && (how == null || how.outcome() == Answer.Outcome.COMPLETE);
    work.figures().ended(asWanted, took);
    held.close();
    work.executor().execute(this::cancelModel);
    ended.accept(lost);
  }

  // From elsewhere.

  /// Nobody wants more of it: it was stopped. Also on the engine's thread.
  void cancel() {
    boolean idle;
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
      idle = !telling;
    }
    if (idle) {
      finish(null, null);
    } else {
      work.executor().execute(this::cancelModel);
    }
  }

  /// The server stops: what has come is stored, with the mark that it is not all.
  void interrupt() {
    cancelModel();
    synchronized (this) {
      if (end == null) {
        end = interrupted();
      }
      tell();
    }
  }

  private void cancelModel() {
    Flow.Subscription open;
    synchronized (this) {
      open = subscription;
    }
    if (open != null) {
      open.cancel();
    }
  }
}
