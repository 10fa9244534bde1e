package dev.parley.server.session;

import dev.parley.core.error.Reason;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Limits;
import dev.parley.core.limit.MemoryBudget;
import dev.parley.core.session.SessionState;
import dev.parley.core.time.Clock;
import dev.parley.core.topic.Engine;
import dev.parley.models.Allowances;
import dev.parley.models.ByModel;
import dev.parley.models.Gateway;
import dev.parley.server.delivery.Reads;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The sessions in which models are asked now. An answer belongs to the server and not to a stream:
/// it goes on when its client goes away. Thread-safe. Bounded by [Limits#MAX_ANSWERS_AT_ONCE] and
/// [Limits#MAX_ANSWERS_OF_USER], and what they hold by [Limits#ANSWERS_PART_OF_MEMORY].
public final class Answers {
  private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
  private static final Duration OVERLOAD_DELAY = Duration.ofSeconds(1);

  private final Work work;
  private final Map<String, Answering> bySession = new HashMap<>();
  private final Map<String, Integer> byOwner = new HashMap<>();
  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private boolean draining;

  /// What is worked with.
  ///
  /// @param executor where models are asked: never the engine's thread
  /// @param users what each user may ask
  /// @param contextTokens tokens of a session that models are shown, where it is set
  /// @param memory room for prompts and answers
  record Work(
      Engine engine,
      Gateway gateway,
      Reads reads,
      ScheduledExecutorService executor,
      Allowances users,
      ByModel<Integer> contextTokens,
      MemoryBudget memory,
      Clock clock,
      Figures figures) {}

  Answers(Work work) {
    this.work = work;
  }

  /// Something is about to be asked in a session; [#go] must follow.
  ///
  /// @throws RefusedException OVERLOADED if too many answers are under way, DRAINING if the server
  ///     is about to stop
  synchronized void enter(String session, String owner) throws RefusedException {
    if (draining) {
      throw new RefusedException(Reason.DRAINING.because("the server goes away"));
    }
    Answering answering = bySession.get(session);
    if (answering == null) {
      int ofOwner = byOwner.getOrDefault(owner, 0);
      if (bySession.size() >= Limits.MAX_ANSWERS_AT_ONCE) {
        throw overloaded("answers are under way", Limits.MAX_ANSWERS_AT_ONCE);
      }
      if (ofOwner >= Limits.MAX_ANSWERS_OF_USER) {
        throw overloaded("answers of yours are under way", Limits.MAX_ANSWERS_OF_USER);
      }
      if (work.memory().isFull()) {
        throw overloaded("answers fill the memory that is for them", bySession.size());
      }
      answering = new Answering(session, owner, this, work);
      bySession.put(session, answering);
      byOwner.put(owner, ofOwner + 1);
    }
    answering.awaited++;
  }

  private static RefusedException overloaded(String what, int max) {
    return new RefusedException(
        Reason.OVERLOADED
            .because("%d %s (expected: fewer)".formatted(max, what))
            .retryAfter(OVERLOAD_DELAY));
  }

  /// What was asked is decided: whatever waits in the session is worked off.
  void go(String session) {
    Answering answering;
    synchronized (this) {
      answering = bySession.get(session);
      if (answering == null) {
        return;
      }
      answering.awaited--;
      answering.touched = true;
      if (answering.working) {
        return;
      }
      answering.working = true;
      answering.touched = false;
    }
    answering.look();
  }

  /// Whether somebody works at a session.
  synchronized boolean has(String session) {
    return bySession.containsKey(session);
  }

  /// Sees to what waits in a session, if nobody does: it was left when the server went down.
  ///
  /// @param state the session as it was read
  /// @param before what [#has] said before that
  /// @return whether somebody worked at it; if not, what seems to be under way was interrupted
  boolean attend(SessionState state, boolean before) {
    if (!state.isWaiting() || before || has(state.id())) {
      return true;
    }
    try {
      enter(state.id(), state.about().owner());
      go(state.id());
    } catch (RefusedException e) {
      LOG.debug("session {}: left to who comes next", state.id(), e);
    }
    return false;
  }

  /// Waits for the end of what is under way in a session.
  ///
  /// @param ended told then, unless it is forgotten before; not within this call
  /// @return whether anything is
  synchronized boolean await(String session, Runnable ended) {
    Answering answering = bySession.get(session);
    return answering != null && answering.waiting.add(ended);
  }

  /// Does not wait any more.
  synchronized void forget(String session, Runnable ended) {
    Answering answering = bySession.get(session);
    if (answering != null) {
      answering.waiting.remove(ended);
    }
  }

  /// How many sessions are worked at.
  public synchronized int size() {
    return bySession.size();
  }

  /// Nothing waits in a session any more.
  ///
  /// @return whether something has come meanwhile, so that it must be looked at again
  boolean isTouched(Answering answering) {
    boolean done;
    List<Runnable> waiting = List.of();
    synchronized (this) {
      if (answering.touched && !draining) {
        answering.touched = false;
        return true;
      }
      answering.working = false;
      if (answering.awaited == 0) {
        bySession.remove(answering.session());
        waiting = List.copyOf(answering.waiting);
        countDown(answering.owner);
      }
      done = draining && bySession.isEmpty();
    }
    waiting.forEach(Runnable::run);
    if (done) {
      drained.complete(null);
    }
    return false;
  }

  /// Whose session it is has turned out: it counts as his, whoever asked there.
  synchronized void belongs(Answering answering, String owner) {
    if (!answering.owner.equals(owner)) {
      countDown(answering.owner);
      byOwner.merge(owner, 1, Integer::sum);
      answering.owner = owner;
    }
  }

  private void countDown(String owner) {
    byOwner.computeIfPresent(owner, (_, count) -> count > 1 ? count - 1 : null);
  }

  /// Whether no further answer is to begin.
  synchronized boolean isDraining() {
    return draining;
  }

  /// An answer in a session was stopped, or the session deleted.
  ///
  /// @param turn whose answer; 0: the one that was under way
  /// @param sequence of the entry that says so
  void stopped(String session, long turn, long sequence) {
    Answering answering;
    synchronized (this) {
      answering = bySession.get(session);
    }
    if (answering != null) {
      answering.stopped(turn, sequence);
    }
  }

  /// No further answer begins.
  ///
  /// @return done when none is under way, which may be at once
  public CompletableFuture<Void> drain() {
    boolean none;
    synchronized (this) {
      draining = true;
      none = bySession.isEmpty();
    }
    if (none) {
      drained.complete(null);
    }
    return drained;
  }

  /// Ends the answers that are left, as interrupted.
  ///
  /// @return done when that is stored
  public CompletableFuture<Void> end() {
    List<Answering> left;
    synchronized (this) {
      left = List.copyOf(bySession.values());
    }
    left.forEach(Answering::interrupt);
    return drained;
  }
}
