package dev.parley.bench.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class RoomCheckTest {
  private final Faults violations = new Faults();
  private final RoomLedger ledger = new RoomLedger("den", violations);
  private final RoomReader ann = new RoomReader(ledger, "ann");
  private final RoomReader ben = new RoomReader(ledger, "ben");

  private static void read(RoomReader reader, long... sequences) {
    for (long sequence : sequences) {
      reader.read(sequence, hash(sequence));
    }
  }

  private static long hash(long sequence) {
    return sequence * 0x1234_5678_9abc_def1L;
  }

  @Test
  void everythingOnceInOneOrderIsFine() {
    ann.begins(1);
    ben.begins(3);
    read(ann, 2, 3, 4, 5);
    read(ben, 4, 5);
    ledger.acknowledged(5, hash(5), "the sender");
    ann.ends(5);
    ben.ends(5);
    assertThat(violations.first()).isNull();
    assertThat(ledger.lastAcknowledged()).isEqualTo(5);
  }

  @Test
  void aGapIsFound() {
    ann.begins(1);
    read(ann, 2, 4);
    assertThat(violations.first()).isEqualTo("den, ann: a gap: 4 came after 2");
  }

  @Test
  void aGapAtTheBeginningIsFound() {
    ann.begins(1);
    read(ann, 3);
    assertThat(violations.first()).contains("a gap: 3 came after 1");
  }

  @Test
  void aRepeatIsFound() {
    ann.begins(1);
    read(ann, 2, 3, 3);
    assertThat(violations.first()).isEqualTo("den, ann: a repeat: 3 came after 3");
  }

  @Test
  void anotherOrderIsFound() {
    ann.begins(0);
    ben.begins(0);
    read(ann, 1, 2, 3);
    ben.read(1, hash(1));
    ben.read(2, hash(3));
    ben.read(3, hash(2));
    assertThat(violations.first())
        .isEqualTo("den: ben got something else at sequence 2 than others");
    assertThat(violations.count()).isEqualTo(2);
  }

  @Test
  void aMessageMissingAtTheEndIsFound() {
    ann.begins(0);
    read(ann, 1, 2);
    ledger.acknowledged(3, hash(3), "the sender");
    assertThat(ann.hasReached(3)).isFalse();
    ann.ends(ledger.lastAcknowledged());
    assertThat(violations.first()).isEqualTo("den, ann: 3 is missing: it ends with 2");
  }

  @Test
  void anAckOfAnotherPlaceIsFound() {
    ann.begins(0);
    read(ann, 1, 2);
    ledger.acknowledged(2, hash(1), "the sender");
    assertThat(violations.first()).contains("the sender got something else at sequence 2");
  }

  @Test
  void aResumeFromAnotherPlaceIsFound() {
    ann.begins(0);
    read(ann, 1, 2);
    ann.begins(2);
    assertThat(violations.first()).isNull();
    ann.begins(1);
    assertThat(violations.first()).isEqualTo("den, ann: resumed after 1 (expected: after 2)");
  }

  @Test
  void withoutSequencesAnotherOrderIsFound() {
    ann.readNext(11);
    ann.readNext(12);
    ben.readNext(12);
    assertThat(violations.first()).contains("ben got something else at sequence 1");
  }

  @Test
  void withoutSequencesAMissingMessageIsFound() {
    ann.readNext(11);
    ann.readNext(12);
    ben.readNext(11);
    ann.ends(2);
    assertThat(violations.first()).isNull();
    ben.ends(2);
    assertThat(violations.first()).contains("ben: 2 is missing");
  }

  @Test
  void digestsTellProcessesApart() {
    Faults others = new Faults();
    RoomLedger same = new RoomLedger("den", others);
    RoomLedger swapped = new RoomLedger("den", others);
    for (long sequence = 2; sequence < 10_000; sequence++) {
      ledger.acknowledged(sequence, hash(sequence), "a");
      same.acknowledged(sequence, hash(sequence), "b");
      swapped.acknowledged(
          sequence == 5_000 ? 5_001 : sequence == 5_001 ? 5_000 : sequence, hash(sequence), "c");
    }
    assertThat(ledger.digests()).hasSize(3).containsKey("2-4095").containsKey("8192-9999");
    assertThat(same.digests()).isEqualTo(ledger.digests());
    assertThat(swapped.digests()).containsOnlyKeys(ledger.digests().keySet());
    assertThat(swapped.digests()).isNotEqualTo(ledger.digests());
  }

  @Test
  void aDigestEndsAtAHole() {
    ledger.acknowledged(2, hash(2), "a");
    ledger.acknowledged(4, hash(4), "a");
    assertThat(ledger.digests()).containsOnlyKeys("2-2");
  }
}
