package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.RoomJoinedEvent;
import dev.parley.chat.v1.RoomPosition;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A backup taken while people talk is the beginning of what they said, and holds all that was
/// acknowledged before it began; who comes back to it is told to read anew.
class BackupIT {
  private static final int ACKS = 2_000;
  private static final String ROOM = Crowd.ROOMS.getFirst();

  @TempDir Path folder;

  @Test
  void backupUnderLoadIsABeginningOfWhatWasSaid() throws Exception {
    RandomGenerator random = Seed.generator("BackupIT");
    Path data = folder.resolve("data");
    Path backup = folder.resolve("backup.db");
    Path restored = folder.resolve("restored");
    Ledger ledger = new Ledger();
    Map<String, Long> atLeast;
    RoomJoinedEvent joined;
    try (ServerProcess server = ServerProcess.start(data, ServerProcess.freePort(random));
        Crowd crowd = new Crowd(server.address(), ledger)) {
      crowd.awaitAcks(ACKS);
      atLeast = ledger.ends();
      assertDone(ParleyCommand.run("backup", "--data", data.toString(), backup.toString()));
      crowd.awaitAcks(ACKS);
      crowd.finish();
      joined = join(server, RoomPosition.newBuilder().setRoomId(ROOM).setSequence(5).build());
      assertThat(joined.getReset()).isFalse();
      server.stop();
    }
    assertDone(ParleyCommand.run("restore", "--data", restored.toString(), backup.toString()));
    try (ServerProcess server = ServerProcess.start(restored, 0)) {
      Journal journal = Journal.read(server.address(), Crowd.ROOMS);
      ledger.check(journal, atLeast);
      System.out.printf(
          "BackupIT: %s at least, %s told at the end, restored: %d of %s%n",
          atLeast, ledger.ends(), journal.rooms().get(ROOM).size(), ROOM);
      long last = journal.rooms().get(ROOM).size();
      for (long position : List.of(5L, last, last + 1_000)) {
        RoomJoinedEvent again =
            join(
                server,
                RoomPosition.newBuilder()
                    .setRoomId(ROOM)
                    .setSequence(position)
                    .setEpoch(joined.getEpoch())
                    .build());
        assertThat(again.getReset()).as("%s", again).isTrue();
        assertThat(again.getAfterSequence()).isZero();
        assertThat(again.getEpoch()).isNotZero().isNotEqualTo(joined.getEpoch());
      }
      try (RawStream stream = RawStream.open(server.address(), "ada", Map.of(ROOM, last))) {
        assertThat(stream.sayAcknowledged(ROOM, "ada-1").getSequence()).isEqualTo(last + 1);
      }
      server.stop();
    }
    assertDone(ParleyCommand.run("check", "--data", restored.toString()));
    assertRefused("exists", "backup", "--data", data.toString(), backup.toString());
    assertRefused("--replace", "restore", "--data", data.toString(), backup.toString());
    assertRefused(
        "does not exist", "backup", "--data", folder.toString(), backup.resolve("x").toString());
  }

  private static RoomJoinedEvent join(ServerProcess server, RoomPosition position) {
    try (RawStream stream = RawStream.open(server.address(), "ada", List.of(position))) {
      return stream.next(ChatEvent.EventCase.ROOM_JOINED).getRoomJoined();
    }
  }

  private static void assertDone(ParleyCommand.Result result) {
    assertThat(result.code()).as(result.err()).isZero();
  }

  private static void assertRefused(String words, String... command) {
    ParleyCommand.Result result = ParleyCommand.run(command);
    assertThat(result.code()).as(result.err()).isEqualTo(1);
    assertThat(result.err()).contains(words).doesNotContain("\tat ");
  }
}
