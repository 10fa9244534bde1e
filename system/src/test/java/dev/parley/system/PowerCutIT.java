package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The power goes at random moments while people talk: what the kernel had not yet written is gone.
class PowerCutIT {
  private static final int ROUNDS = Integer.getInteger("parley.powercut.rounds", 2);
  private static final int MAX_ACKS_BETWEEN = 2_000;
  private static final int DISK_MIB = 512;

  @TempDir Path folder;

  @Test
  void nothingToldIsLostByPowerCuts() throws Exception {
    RandomGenerator random = Seed.generator("PowerCutIT");
    int port = ServerProcess.freePort(random);
    try (Mount disk = Mount.ext4(folder, DISK_MIB)) {
      Path data = disk.path().resolve("data");
      Ledger ledger = new Ledger();
      ServerProcess server = ServerProcess.start(data, port);
      try (Crowd crowd = new Crowd(server.address(), ledger)) {
        for (int round = 1; round <= ROUNDS; round++) {
          crowd.awaitAcks(random.nextInt(1, MAX_ACKS_BETWEEN));
          // Frozen, because an fsync that overlaps the cut may succeed: this kernel does not see
          // that a part of it came too late.
          server.freeze();
          disk.cutPower();
          server.kill();
          ledger.step("power cut, server log:\n" + server.log());
          Map<String, Long> ends = ledger.ends();
          disk.unmount();
          disk.mount();
          server = ServerProcess.start(data, port);
          ledger.check(Journal.read(server.address(), Crowd.ROOMS), ends);
        }
        crowd.awaitAcks(MAX_ACKS_BETWEEN);
        crowd.finish();
        System.out.printf("PowerCutIT: %d cuts, 0 lost; %s%n", ROUNDS, crowd.figures());
      } finally {
        server.close();
      }
      ParleyCommand.Result check = ParleyCommand.run("check", "--data", data.toString());
      assertThat(check.code()).as(check.err()).isZero();
    }
  }

  /// Shows that the test above would notice: the same cut, with a server that does not sync.
  @Test
  void withoutSyncAPowerCutLosesWhatWasAcknowledged() {
    try (Mount disk = Mount.ext4(folder, DISK_MIB)) {
      Path data = disk.path().resolve("data");
      try (ServerProcess server = ServerProcess.start(data, 0, "--durability", "os");
          RawStream stream = RawStream.open(server.address(), "ada", Map.of("general", 0L))) {
        stream.say("general", "ada-1");
        assertThat(stream.next(ChatEvent.EventCase.ACK).getAck().getSequence()).isPositive();
        disk.cutPower();
        server.kill();
      }
      disk.unmount();
      disk.mount();
      try (ServerProcess server = ServerProcess.start(data, 0)) {
        assertThat(Journal.read(server.address(), List.of("general")).messages("general"))
            .isEmpty();
      }
    }
  }
}
