package dev.parley.server.chat;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// The open streams of one protocol by user, for calls that concern a user's streams from outside
/// of them. Thread-safe. Bounded by the number of streams and of waiting calls.
///
/// A classic client opens its stream and calls JoinRoom at once, on the same connection, and the
/// call often overtakes the stream's first frame, which tells the user. Such a call must wait, also
/// when the user has another stream, because that may be the one that has just broken. So a call
/// waits for the streams of its connection that have not told their user when it comes, until one
/// of them turns out to be the user's; and if the user has no stream at all, for the first. (Taking
/// whatever stream there is would be simpler; clients that reconnect at once would lose the room.)
public final class OpenStreams {
  private final Map<String, Set<ChatStream>> streams = new HashMap<>();
  private final Map<ChatStream, String> users = new HashMap<>();
  private final Map<String, Set<ChatStream>> strangers = new HashMap<>();
  private final Map<String, Set<Waiter>> byUser = new HashMap<>();
  private final Map<String, Set<Waiter>> byAddress = new HashMap<>();

  /// A call that waits.
  private static final class Waiter {
    final String user;
    final String address;
    final Set<ChatStream> strangers;
    final CompletableFuture<List<ChatStream>> found = new CompletableFuture<>();

    Waiter(String user, String address, Set<ChatStream> strangers) {
      this.user = user;
      this.address = address;
      this.strangers = new LinkedHashSet<>(strangers);
    }
  }

  /// A stream is there, its user is not known yet.
  synchronized void opened(ChatStream stream) {
    add(strangers, stream.credentials().address(), stream);
  }

  /// A stream has told its user.
  void introduced(ChatStream stream, String user) {
    complete(register(stream, user));
  }

  private synchronized Map<Waiter, List<ChatStream>> register(ChatStream stream, String user) {
    remove(strangers, stream.credentials().address(), stream);
    add(streams, user, stream);
    users.put(stream, user);
    return settled(stream, user);
  }

  /// A stream has ended.
  void closed(ChatStream stream) {
    complete(unregister(stream));
  }

  private synchronized Map<Waiter, List<ChatStream>> unregister(ChatStream stream) {
    remove(strangers, stream.credentials().address(), stream);
    String user = users.remove(stream);
    if (user != null) {
      remove(streams, user, stream);
      return Map.of();
    }
    return settled(stream, "");
  }

  /// The streams of a user, for a call from an address, as soon as they are known; after a time,
  /// those that there are.
  CompletableFuture<List<ChatStream>> await(String user, String address, long waitNanos) {
    Waiter waiter;
    synchronized (this) {
      waiter = new Waiter(user, address, strangers.getOrDefault(address, Set.of()));
      List<ChatStream> open = of(user);
      if (waiter.strangers.isEmpty() && !open.isEmpty()) {
        return CompletableFuture.completedFuture(open);
      }
      add(byUser, user, waiter);
      add(byAddress, address, waiter);
    }
    var unused =
        new CompletableFuture<Void>()
            .completeOnTimeout(null, waitNanos, TimeUnit.NANOSECONDS)
            .thenRun(() -> waiter.found.complete(giveUp(waiter)));
    return waiter.found;
  }

  /// The streams of a user.
  synchronized List<ChatStream> of(String user) {
    return List.copyOf(streams.getOrDefault(user, Set.of()));
  }

  private synchronized List<ChatStream> giveUp(Waiter waiter) {
    forget(waiter);
    return of(waiter.user);
  }

  /// Those that need wait no longer, now that it is known whose a stream is.
  private Map<Waiter, List<ChatStream>> settled(ChatStream stream, String user) {
    Set<Waiter> concerned = new LinkedHashSet<>(byUser.getOrDefault(user, Set.of()));
    concerned.addAll(byAddress.getOrDefault(stream.credentials().address(), Set.of()));
    Map<Waiter, List<ChatStream>> settled = new HashMap<>();
    for (Waiter waiter : concerned) {
      boolean its = waiter.strangers.remove(stream) && waiter.user.equals(user);
      List<ChatStream> open = of(waiter.user);
      if (!open.isEmpty() && (its || waiter.strangers.isEmpty())) {
        settled.put(waiter, open);
        forget(waiter);
      }
    }
    return settled;
  }

  private static void complete(Map<Waiter, List<ChatStream>> settled) {
    settled.forEach((waiter, open) -> waiter.found.complete(open));
  }

  private void forget(Waiter waiter) {
    remove(byUser, waiter.user, waiter);
    remove(byAddress, waiter.address, waiter);
  }

  private static <T> void add(Map<String, Set<T>> map, String key, T value) {
    map.computeIfAbsent(key, _ -> new LinkedHashSet<>()).add(value);
  }

  private static <T> void remove(Map<String, Set<T>> map, String key, T value) {
    Set<T> set = map.get(key);
    if (set != null && set.remove(value) && set.isEmpty()) {
      map.remove(key);
    }
  }
}
