package dev.parley.bench.provider;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What came to the provider and what became of it: the newest visits, and how many there were in
/// all. Thread-safe.
public final class Journal {
  /// Visits that are kept.
  public static final int MAX_VISITS = 4_096;

  /// Times of deltas that are kept in all of them.
  private static final int MAX_TIMES = 1 << 21;

  private final int maxVisits;
  private final int deltas;
  private final ArrayDeque<Visit> visits = new ArrayDeque<>();
  private final Map<Integer, Visit> newest = new HashMap<>();
  private long came;
  private int open;

  /// @param deltas of each answer
  Journal(int deltas) {
    this.deltas = deltas;
    maxVisits = Math.clamp(MAX_TIMES / deltas, 1, MAX_VISITS);
  }

  synchronized Visit came(int question, Behaviour behaviour) {
    Visit visit = new Visit(question, behaviour, deltas);
    came++;
    open++;
    visits.add(visit);
    newest.put(question, visit);
    if (visits.size() > maxVisits) {
      Visit oldest = visits.remove();
      newest.remove(oldest.question(), oldest);
    }
    return visit;
  }

  synchronized void ended(Visit visit, Visit.End how) {
    if (visit.ends(how)) {
      open--;
    }
  }

  /// How many questions came.
  public synchronized long came() {
    return came;
  }

  /// How many answers have not ended.
  public synchronized int open() {
    return open;
  }

  /// The newest visits, oldest first.
  public synchronized List<Visit> visits() {
    return List.copyOf(visits);
  }

  /// The newest visit with a question; null: it has not come, or was long ago.
  public synchronized @Nullable Visit of(int question) {
    return newest.get(question);
  }
}
