package dev.parley.server.session;

import dev.parley.core.error.Refusal;
import dev.parley.core.limit.Limits;
import dev.parley.core.limit.MemoryBudget;
import dev.parley.core.model.ModelException;
import dev.parley.core.model.Prompt;
import dev.parley.core.session.SessionCommand;
import dev.parley.core.session.SessionCommand.End;
import dev.parley.core.session.SessionRules;
import dev.parley.core.topic.Outcome.Done;
import dev.parley.core.topic.Outcome.Refused;
import dev.parley.core.topic.TopicId;
import dev.parley.models.Ask;
import dev.parley.models.Credential;
import dev.parley.models.Route;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Works off what waits in one session: looks what is next, has it begun, asks the model, and looks
/// again when the answer has ended. One step at a time, each on the thread of what brought it.
/// Thread-safe.
final class Answering {
  private static final Logger LOG = LoggerFactory.getLogger(Answering.class);

  /// Steps in a row that bring nothing about, after which it is tried less often: two minutes of
  /// them, where storage fails.
  private static final int MAX_TRIES = 240;

  static final long RETRY_MILLIS = 500;
  private static final long REST_MILLIS = 5_000;

  private final String session;
  private final Answers all;
  private final Answers.Work work;
  private final TopicId topic;

  /// Who will call [Answers#go]. Guarded by [Answers].
  int awaited;

  /// Whether something came while it was at work. Guarded by [Answers].
  boolean touched;

  /// Whether it is at work. Guarded by [Answers].
  boolean working;

  /// Whose session it is, or, until that is known, who asked. Guarded by [Answers].
  String owner;

  /// Who waits until it is done. Guarded by [Answers].
  final Set<Runnable> waiting = new HashSet<>();

  private int tries;
  private boolean rested;
  private @Nullable Telling telling;

  /// How the answer ended that is still under way in the journal; null: nobody knows.
  private @Nullable End lost;

  Answering(String session, String owner, Answers all, Answers.Work work) {
    this.session = session;
    this.owner = owner;
    this.all = all;
    this.work = work;
    topic = SessionRules.topic(session);
  }

  String session() {
    return session;
  }

  /// Looks what is next.
  void look() {
    if (all.isDraining()) {
      settle();
      return;
    }
    if (isTired()) {
      var _ = work.executor().schedule(this::look, REST_MILLIS, TimeUnit.MILLISECONDS);
      return;
    }
    if (work.memory().isFull()) {
      lookLater();
      return;
    }
    work.reads()
        .read(reader -> Sessions.next(reader, session, this::maxBytes), this::begin, this::failed);
  }

  /// There is no room for what is next; there will be, for answers end.
  private void lookLater() {
    synchronized (this) {
      tries = 0;
    }
    var _ = work.executor().schedule(this::look, RETRY_MILLIS, TimeUnit.MILLISECONDS);
  }

  private long maxBytes(String model) {
    Integer tokens = work.contextTokens().of(model);
    return (long) Limits.BYTES_PER_TOKEN
        * (tokens == null ? Limits.DEFAULT_CONTEXT_TOKENS : tokens);
  }

  /// Whether to rest: after many tries, and then after each.
  private synchronized boolean isTired() {
    tries++;
    rested = !rested && tries > MAX_TRIES;
    if (tries == MAX_TRIES + 1) {
      LOG.warn("session {}: what waits there cannot be answered now", session);
    }
    return rested;
  }

  private void settle() {
    synchronized (this) {
      telling = null;
      tries = 0;
    }
    if (all.isTouched(this)) {
      look();
    }
  }

  /// Tries again, if that may help.
  private void failed(Refusal refusal) {
    if (refusal.retryAfter() == null) {
      settle();
    } else {
      var _ = work.executor().schedule(this::look, RETRY_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void begin(Sessions.Next next) {
    switch (next) {
      case Sessions.Next.Nothing _ -> settle();
      case Sessions.Next.Orphan orphan -> endOrphan(orphan.answer());
      case Sessions.Next.Question question -> {
        all.belongs(this, question.owner());
        MemoryBudget.Share held =
            work.memory().begin((long) Limits.BYTES_PER_CHAR * question.context().length());
        if (held == null) {
          lookLater();
          return;
        }
        SessionCommand command =
            new SessionCommand.Begin(
                question.turn(), question.model(), question.context().messages());
        work.engine()
            .submit(
                topic,
                command,
                outcome -> {
                  switch (outcome) {
                    case Done done -> begun(done.sequence(), question, held);
                    case Refused refused -> {
                      held.close();
                      refused(refused.refusal());
                    }
                  }
                });
      }
    }
  }

  /// Who worked at it went down with the server, or could not store how it ended.
  private void endOrphan(long answer) {
    End how;
    synchronized (this) {
      how = lost == null ? Telling.interrupted() : lost;
    }
    work.engine()
        .submit(
            topic,
            new SessionCommand.Tell(answer, "", how),
            outcome -> {
              switch (outcome) {
                case Done _ -> look();
                case Refused refused -> refused(refused.refusal());
              }
            });
  }

  /// The session may have changed since it was looked at.
  private void refused(Refusal refusal) {
    if (refusal.retryAfter() == null) {
      look();
    } else {
      failed(refusal);
    }
  }

  private void begun(long answer, Sessions.Next.Question question, MemoryBudget.Share held) {
    work.figures().begun();
    Telling begun = new Telling(work, topic, question.turn(), answer, held, this::told);
    synchronized (this) {
      tries = 0;
      lost = null;
      telling = begun;
    }
    if (all.isDraining()) {
      begun.interrupt();
    }
    work.executor().execute(() -> ask(begun, question));
  }

  private void ask(Telling begun, Sessions.Next.Question question) {
    try {
      Route route = work.gateway().route(question.model());
      Ask ask =
          new Ask(
              List.of(route),
              Prompt.of(route.model(), question.context().turns()),
              Credential.Choice.Any.ANY,
              List.of(work.users().of(question.owner())),
              false);
      work.gateway().answer(ask, begun::asked).subscribe(begun);
    } catch (ModelException e) {
      begun.onError(e);
    }
  }

  /// An answer has ended, or nobody wants it any more.
  ///
  /// @param untold how it ended, if that could not be stored
  private void told(@Nullable End untold) {
    synchronized (this) {
      telling = null;
      lost = untold;
    }
    look();
  }

  /// An answer was stopped.
  ///
  /// @param turn whose answer; 0: the one that was under way
  /// @param sequence of the entry that says so
  void stopped(long turn, long sequence) {
    Telling now;
    synchronized (this) {
      now = telling;
    }
    if (now != null && now.answer() < sequence && (turn == 0 || turn == now.turn())) {
      now.cancel();
    }
  }

  /// The server stops.
  void interrupt() {
    Telling now;
    synchronized (this) {
      now = telling;
    }
    if (now != null) {
      now.interrupt();
    }
  }
}
