package dev.parley.cli.importing;

import dev.parley.chat.v1.ImportMessagesResponse;
import dev.parley.chat.v1.ImportRefusal;
import dev.parley.cli.source.Origin;
import dev.parley.cli.source.Tallies;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What a server made of an import. Owned by the importing thread; what is volatile in it may be
/// read by any.
final class ImportReport {
  /// Words are kept for so many reasons; there are fewer.
  private static final int MAX_REASONS = 100;

  private final Tallies<String> refused = new Tallies<>();
  private final Map<String, String> words = new TreeMap<>();
  private final TreeSet<String> rooms = new TreeSet<>();
  private long imported;
  private long duplicates;
  private volatile @Nullable Origin confirmed;

  /// Takes in a batch's answer.
  void add(Batch batch, ImportMessagesResponse answer) {
    imported += answer.getImported();
    duplicates += answer.getDuplicates();
    rooms.addAll(batch.rooms());
    for (ImportRefusal refusal : answer.getRefusedList()) {
      refused.add(refusal.getReason(), batch.origin(refusal.getIndex()));
      if (words.size() < MAX_REASONS) {
        words.putIfAbsent(refusal.getReason(), refusal.getMessage());
      }
    }
    if (batch.size() > 0) {
      confirmed = batch.origin(batch.size() - 1);
    }
  }

  /// New messages, on the server's disk.
  long imported() {
    return imported;
  }

  /// Messages that were there already.
  long duplicates() {
    return duplicates;
  }

  /// Messages that the server did not take, by reason.
  Tallies<String> refused() {
    return refused;
  }

  /// A reason in words, as the server put it the first time.
  String words(String reason) {
    return words.getOrDefault(reason, "");
  }

  /// Rooms that messages went to, sorted.
  Iterable<String> rooms() {
    return Collections.unmodifiableSet(rooms);
  }

  /// Messages that the server has answered for.
  long answered() {
    return imported + duplicates + refused.total();
  }

  /// The last message that the server has answered for; everything before it is answered too. Null:
  /// none yet. Safe on any thread.
  @Nullable Origin confirmed() {
    return confirmed;
  }
}
