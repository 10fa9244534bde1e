package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.CreateRoomRequest;
import dev.parley.client.ParleyClient;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Storage without room: who speaks is told, who reads notices nothing, and what was acknowledged
/// stays.
class FullDiskIT {
  private static final int DISK_MIB = 12;

  /// So much that it comes as a surprise.
  private static final int LARGE_DISK_MIB = 160;

  private static final int FEW_BYTES = 1 << 20;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {DISK_MIB, LARGE_DISK_MIB})
  void fullDiskRefusesOnTheStreamUntilThereIsRoom(int mib) throws Exception {
    try (Mount disk = Mount.tmpfs(folder, mib)) {
      Path data = disk.path().resolve("data");
      Path filler = disk.path().resolve("filler");
      try (ServerProcess server = ServerProcess.start(data, 0);
          Outage outage = new Outage(server, "STORAGE_FULL")) {
        outage.sayAcknowledged(20);
        fill(filler);
        outage.sayUntilRefused();
        outage.checkThatReadingGoesOn();
        outage.checkLog(false);
        System.out.printf("FullDiskIT: %s%n", outage.figures());
        Files.delete(filler);
        outage.recover();
        outage.checkLog(true);
        assertThat(server.log()).doesNotContain("\tat ");
        server.stop();
        checkAfterRestart(data, outage);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {DISK_MIB, LARGE_DISK_MIB})
  void serverStopsWellWhileTheDiskIsFullAndStartsAgainOnIt(int mib) throws Exception {
    try (Mount disk = Mount.tmpfs(folder, mib)) {
      Path data = disk.path().resolve("data");
      Path filler = disk.path().resolve("filler");
      try (ServerProcess server = ServerProcess.start(data, 0);
          Outage outage = new Outage(server, "STORAGE_FULL")) {
        outage.sayAcknowledged(20);
        fill(filler);
        outage.sayUntilRefused();
        server.stop();
        Files.delete(filler);
        try (ServerProcess again = ServerProcess.start(data, 0)) {
          outage.checkJournal(again.address());
        }
      }
    }
  }

  @Test
  void serverDoesNotStartOnAFullDiskAndSaysWhatToDo() throws Exception {
    try (Mount disk = Mount.tmpfs(folder, DISK_MIB)) {
      fill(disk.path().resolve("filler"));
      ParleyCommand.Result result =
          ParleyCommand.run("serve", "--data", disk.path().resolve("data").toString());
      assertThat(result.code()).as(result.err()).isEqualTo(1);
      assertThat(result.err()).contains("no space left").contains("make room");
    }
  }

  @Test
  void quotaThatIsReachedRefusesOnTheStreamUntilItIsRaised() throws Exception {
    Path data = folder.resolve("data");
    try (ServerProcess server =
            ServerProcess.start(data, 0, "--max-store-bytes", Integer.toString(FEW_BYTES));
        Outage outage = new Outage(server, "STORAGE_FULL")) {
      outage.sayUntilRefused();
      outage.checkThatReadingGoesOn();
      outage.checkLog(false);
      server.stop();
      assertThat(Files.size(data.resolve("parley.db"))).isLessThanOrEqualTo(FEW_BYTES);
      checkAfterRestart(data, outage);
    }
  }

  @Test
  void deletedRoomMakesRoomUnderAQuota() throws Exception {
    Path data = folder.resolve("data");
    try (ServerProcess server =
            ServerProcess.start(data, 0, "--max-store-bytes", Integer.toString(FEW_BYTES));
        ParleyClient client = ParleyClient.builder(server.address()).user("bea").build()) {
      client.connect().get(10, TimeUnit.SECONDS);
      client.createRoom(CreateRoomRequest.newBuilder().setRoomId("attic").build());
      try (RawStream stream = RawStream.open(server.address(), "bea", Map.of("attic", 0L))) {
        ChatEvent answer = ChatEvent.getDefaultInstance();
        for (int i = 1; !answer.hasError(); i++) {
          stream.say("attic", "bea-" + i, "words that take room ".repeat(400));
          answer = stream.answer("bea-" + i);
        }
        assertThat(answer.getError().getReason()).isEqualTo("STORAGE_FULL");
        Health.await(server.address(), ServingStatus.NOT_SERVING);
        client.deleteRoom("attic");
        Health.await(server.address(), ServingStatus.SERVING);
      }
      try (Outage outage = new Outage(server, "STORAGE_FULL")) {
        outage.sayAcknowledged(10);
        outage.checkJournal();
        outage.checkLog(true);
      }
      server.stop();
    }
  }

  private static void checkAfterRestart(Path data, Outage outage) {
    try (ServerProcess server = ServerProcess.start(data, 0)) {
      outage.checkJournal(server.address());
      server.stop();
    }
    ParleyCommand.Result check = ParleyCommand.run("check", "--data", data.toString());
    assertThat(check.code()).as(check.err()).isZero();
  }

  /// Takes all the room that there is.
  private static void fill(Path filler) {
    for (int size : new int[] {1 << 20, 4_096}) {
      byte[] block = new byte[size];
      try (OutputStream out =
          Files.newOutputStream(filler, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        while (true) {
          out.write(block);
        }
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("No space left");
      }
    }
  }
}
