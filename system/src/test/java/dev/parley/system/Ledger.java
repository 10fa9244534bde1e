package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.AckEvent;
import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/// What the world outside the server was told: which entry has which sequence, by ack or by event.
/// None of it may ever be taken back or told differently. Thread-safe.
///
/// Messages are named AUTHOR-NUMBER, and each author counts up in each room.
final class Ledger {
  /// Contradictions kept; one is enough to fail, some more help to understand.
  private static final int MAX_CONTRADICTIONS = 20;

  /// Something that was told.
  ///
  /// @param name of the entry
  /// @param by the witness
  /// @param millis since the ledger was opened
  private record Told(String name, String by, long millis) {
    @Override
    public String toString() {
      return "%s (%s, %d ms)".formatted(name, by, millis);
    }
  }

  private final long openedNanos = System.nanoTime();
  private final Map<String, Map<Long, Told>> told = new ConcurrentHashMap<>();
  private final Queue<String> steps = new ConcurrentLinkedQueue<>();
  private final Queue<String> contradictions = new ConcurrentLinkedQueue<>();
  private final LongAdder acknowledged = new LongAdder();
  private final LongAdder repeated = new LongAdder();
  private final LongAdder shown = new LongAdder();

  /// A message was acknowledged.
  void acknowledged(String by, AckEvent ack) {
    tell(
        by + (ack.getDuplicate() ? ", repeat" : ", ack"),
        ack.getRoomId(),
        ack.getSequence(),
        Entries.message(ack.getMessageId()));
    (ack.getDuplicate() ? repeated : acknowledged).increment();
  }

  /// An entry was shown to somebody.
  void shown(String by, ChatEvent event) {
    tell(by, Entries.room(event), event.getSequence(), Entries.name(event));
    shown.increment();
    if (event.hasMessage()) {
      ChatMessage message = event.getMessage();
      if (!message.getContent().getText().equals(Words.of(message.getId()))) {
        contradiction("text of %s: %s".formatted(message.getId(), message.getContent().getText()));
      }
    }
  }

  private void tell(String by, String room, long sequence, String name) {
    Told now = new Told(name, by, millis());
    Told before =
        told.computeIfAbsent(room, _ -> new ConcurrentHashMap<>()).putIfAbsent(sequence, now);
    if (before != null && !before.name().equals(name)) {
      contradiction("sequence %d of %s was %s and then %s".formatted(sequence, room, before, now));
    }
  }

  private long millis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - openedNanos);
  }

  /// Notes what was done to the server, for whoever has to understand a contradiction.
  void step(String what) {
    steps.add("%d ms: %s".formatted(millis(), what));
  }

  /// Notes what must not be.
  void contradiction(String what) {
    if (contradictions.size() < MAX_CONTRADICTIONS) {
      contradictions.add(what);
    }
  }

  /// Acks of new messages.
  long acknowledged() {
    return acknowledged.sum();
  }

  /// Acks that said: was there already.
  long repeated() {
    return repeated.sum();
  }

  /// Entries shown to subscribers, all of them together.
  long shown() {
    return shown.sum();
  }

  /// The highest sequence told of each room: a journal that ends before it has lost something.
  Map<String, Long> ends() {
    Map<String, Long> ends = new HashMap<>();
    told.forEach(
        (room, entries) ->
            ends.put(room, entries.keySet().stream().mapToLong(Long::longValue).max().orElse(0)));
    return ends;
  }

  /// A message that was told of, picked by a number; empty: none yet in that room.
  String messageAt(String room, long sequence) {
    Told it = told.getOrDefault(room, Map.of()).get(sequence);
    return it != null && it.name().startsWith(Entries.message(""))
        ? it.name().substring(Entries.message("").length())
        : "";
  }

  void assertNoContradiction() {
    assertThat(contradictions).as(() -> String.join("\n", steps)).isEmpty();
  }

  /// Compares all that was told with what a server has.
  ///
  /// @param ends where the rooms must end at the earliest
  void check(Journal journal, Map<String, Long> ends) {
    assertNoContradiction();
    ends.forEach(
        (room, end) ->
            assertThat(journal.rooms().get(room))
                .as("entries of %s up to the last that was told", room)
                .hasSizeGreaterThanOrEqualTo(Math.toIntExact(end)));
    journal.rooms().forEach(this::check);
  }

  private void check(String room, List<ChatEvent> entries) {
    List<String> wrong = new ArrayList<>();
    told.getOrDefault(room, Map.of())
        .forEach(
            (sequence, it) -> {
              if (sequence <= entries.size()) {
                String found = Entries.name(entries.get((int) (sequence - 1)));
                if (!found.equals(it.name())) {
                  wrong.add("%d: %s (told: %s)".formatted(sequence, found, it));
                }
              }
            });
    assertThat(wrong)
        .as("entries of %s that are not what was told\n%s", room, String.join("\n", steps))
        .isEmpty();
    Set<String> names = new HashSet<>();
    Map<String, Long> last = new HashMap<>();
    for (ChatEvent entry : entries) {
      assertThat(names.add(Entries.name(entry))).as("%s is there once", entry).isTrue();
      if (entry.hasMessage()) {
        String id = entry.getMessage().getId();
        int dash = id.lastIndexOf('-');
        long number = Long.parseLong(id.substring(dash + 1));
        Long before = last.put(id.substring(0, dash), number);
        assertThat(number).as("%s comes after number %s", id, before).isGreaterThan(or0(before));
      }
    }
  }

  private static long or0(Long number) {
    return number == null ? 0 : number;
  }
}
