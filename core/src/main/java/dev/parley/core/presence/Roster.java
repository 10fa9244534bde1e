package dev.parley.core.presence;

import dev.parley.core.limit.Limits;
import dev.parley.core.signal.Signal;
import dev.parley.core.user.Present;
import dev.parley.core.user.Profile;
import dev.parley.core.user.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Who is in one topic, and what of it is still to be told.
///
/// A user is here from the first stream to the last. When the last stream breaks and could come
/// back, the user stays for a grace period; coming back within it is invisible. What changes is
/// told at once if nothing was told for an interval, else at the interval's end: one by one if few
/// came, went or changed their status, as one summary if many; who comes and goes within the
/// interval is not in the summary, nor is who is again as he was, unless somebody was shown who is
/// here meanwhile and may have seen it. So a topic tells at most [Limits#MAX_SINGLE_PRESENCE]
/// signals each interval, however much changes.
///
/// Not thread-safe; owned by the engine's thread. Times are [dev.parley.core.time.Clock] values.
public final class Roster {
  private final long graceNanos;
  private final long intervalNanos;
  private final TreeMap<String, Here> users = new TreeMap<>();
  private final LinkedHashMap<String, Here> grace = new LinkedHashMap<>();
  private final List<Change> untold = new ArrayList<>();

  /// Whoever came, went or changed status since the last telling, as he was told last.
  private final LinkedHashMap<String, Before> touched = new LinkedHashMap<>();

  /// Whether somebody was shown who is here, and so knows more than was told.
  private boolean shown;

  private long quietUntilNanos;
  private boolean everTold;

  private static final class Here {
    Present who;
    int streams;
    long goneAtNanos;

    Here(Present who) {
      this.who = who;
    }
  }

  private record Change(Present who, boolean joined) {
    boolean isOf(Present other) {
      return who.user().id().equals(other.user().id());
    }
  }

  /// @param here whether he was here, as far as was told
  private record Before(Present who, boolean here) {}

  /// @param graceNanos how long a user with no stream left may take to come back
  /// @param intervalNanos least time between two tellings
  public Roster(long graceNanos, long intervalNanos) {
    this.graceNanos = graceNanos;
    this.intervalNanos = intervalNanos;
  }

  /// A stream of a user enters.
  public void enter(Profile user, Status status) {
    Here here = users.get(user.id());
    if (here == null) {
      here = new Here(new Present(user, status));
      users.put(user.id(), here);
      change(here.who, true);
      touched.putIfAbsent(user.id(), new Before(here.who, false));
    }
    grace.remove(user.id());
    here.who = new Present(user, here.who.status());
    here.streams++;
  }

  /// A stream of a user goes.
  ///
  /// @param mayReturn whether to wait for it before the user has left
  public void leave(String user, boolean mayReturn, long nowNanos) {
    Here here = users.get(user);
    if (here == null || here.streams == 0) {
      return;
    }
    here.streams--;
    if (here.streams == 0) {
      if (mayReturn && graceNanos > 0) {
        here.goneAtNanos = nowNanos + graceNanos;
        grace.putLast(user, here);
      } else {
        remove(user);
      }
    }
  }

  /// A user goes with all streams, at once.
  public void expel(@Nullable String user) {
    if (user == null) {
      List.copyOf(users.keySet()).forEach(this::remove);
    } else if (users.containsKey(user)) {
      remove(user);
    }
  }

  /// A user wants to be seen in another way.
  public void status(String user, Status status) {
    Here here = users.get(user);
    if (here == null || here.who.status() == status) {
      return;
    }
    touched.putIfAbsent(user, new Before(here.who, true));
    here.who = new Present(here.who.user(), status);
  }

  /// What is to be told now.
  public List<Signal> tell(long nowNanos, long nowMicros) {
    for (Here here = oldestInGrace(); here != null; here = oldestInGrace()) {
      if (here.goneAtNanos - nowNanos > 0) {
        break;
      }
      remove(here.who.user().id());
    }
    if (nothingNew() || (everTold && quietUntilNanos - nowNanos > 0)) {
      return List.of();
    }
    everTold = true;
    quietUntilNanos = nowNanos + intervalNanos;
    List<Signal> told = news(nowMicros);
    untold.clear();
    touched.clear();
    shown = false;
    return told;
  }

  private boolean nothingNew() {
    return untold.isEmpty() && touched.isEmpty();
  }

  private List<Signal> news(long nowMicros) {
    List<Present> joined = new ArrayList<>();
    List<Profile> left = new ArrayList<>();
    List<Present> changed = new ArrayList<>();
    touched.forEach(
        (user, before) -> {
          Here here = users.get(user);
          if (here == null) {
            left.add(before.who().user());
          } else if (!before.here()) {
            joined.add(here.who);
          } else if (shown || here.who.status() != before.who().status()) {
            changed.add(here.who);
          }
        });
    List<Present> onlyChanged =
        changed.stream().filter(who -> untold.stream().noneMatch(one -> one.isOf(who))).toList();
    if (untold.size() + onlyChanged.size() <= Limits.MAX_SINGLE_PRESENCE) {
      List<Signal> told = new ArrayList<>();
      untold.forEach(change -> told.add(single(change, nowMicros)));
      onlyChanged.forEach(who -> told.add(new PresenceSignal.StatusChanged(who)));
      return told;
    }
    return joined.isEmpty() && left.isEmpty() && changed.isEmpty()
        ? List.of()
        : List.of(
            new PresenceSignal.Summary(
                some(joined),
                some(left),
                some(changed),
                joined.size(),
                left.size(),
                changed.size(),
                users.size(),
                nowMicros));
  }

  private static <T> List<T> some(List<T> all) {
    return List.copyOf(all.subList(0, Math.min(all.size(), Limits.MAX_USERS_IN_SUMMARY)));
  }

  /// When [#tell] has something to do next; `Long.MAX_VALUE`: not before something changes.
  public long nextNanos(long nowNanos) {
    long next = Long.MAX_VALUE;
    if (!nothingNew()) {
      next = everTold ? Math.max(quietUntilNanos - nowNanos, 0) : 0;
    }
    Here here = oldestInGrace();
    if (here != null) {
      next = Math.min(next, Math.max(here.goneAtNanos - nowNanos, 0));
    }
    return next == Long.MAX_VALUE ? next : nowNanos + next;
  }

  public boolean contains(String user) {
    return users.containsKey(user);
  }

  public int size() {
    return users.size();
  }

  /// Users by id.
  ///
  /// @param after only ids greater than this
  public List<Present> page(String after, int limit) {
    shown |= !nothingNew();
    return users.tailMap(after, false).values().stream().limit(limit).map(h -> h.who).toList();
  }

  /// Some users by id, one of them for certain if here.
  public List<Present> sample(String certain, int limit) {
    List<Present> some = page("", limit);
    Here here = users.get(certain);
    if (here == null || some.contains(here.who)) {
      return some;
    }
    List<Present> with = new ArrayList<>(some.subList(0, limit - 1));
    with.add(here.who);
    return with;
  }

  /// A user who is here; null if not.
  public @Nullable Present find(String user) {
    Here here = users.get(user);
    return here == null ? null : here.who;
  }

  private @Nullable Here oldestInGrace() {
    Map.Entry<String, Here> oldest = grace.firstEntry();
    return oldest == null ? null : oldest.getValue();
  }

  private void remove(String user) {
    grace.remove(user);
    Here here = users.remove(user);
    if (here == null) {
      return;
    }
    change(here.who, false);
    Before before = touched.putIfAbsent(user, new Before(here.who, true));
    boolean passed = before != null && !before.here();
    if (passed && !(shown && touched.size() <= Limits.MAX_USERS_IN_SUMMARY)) {
      touched.remove(user);
    }
  }

  private void change(Present who, boolean joined) {
    if (untold.size() <= Limits.MAX_SINGLE_PRESENCE) {
      untold.add(new Change(who, joined));
    }
  }

  private Signal single(Change change, long nowMicros) {
    return change.joined()
        ? new PresenceSignal.Joined(asSeenNow(change.who()), nowMicros)
        : new PresenceSignal.Left(change.who().user(), nowMicros);
  }

  /// Profile and status may have changed since, and that may have been told already.
  private Present asSeenNow(Present before) {
    Here here = users.get(before.user().id());
    return here == null ? before : here.who;
  }
}
