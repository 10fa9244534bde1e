package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` at random moments while people talk.
class CrashIT {
  private static final int ROUNDS = Integer.getInteger("parley.crash.rounds", 3);
  private static final int MAX_ACKS_BETWEEN = 3_000;

  @TempDir Path data;

  @Test
  void nothingToldIsLostRepeatedOrTakenBackByKills() throws Exception {
    RandomGenerator random = Seed.generator("CrashIT");
    int port = ServerProcess.freePort(random);
    Ledger ledger = new Ledger();
    ServerProcess server = ServerProcess.start(data, port);
    int kills = 0;
    try (Crowd crowd = new Crowd(server.address(), ledger)) {
      for (int round = 1; round <= ROUNDS; round++) {
        crowd.awaitAcks(random.nextInt(1, MAX_ACKS_BETWEEN));
        server.kill();
        kills++;
        Map<String, Long> ends = ledger.ends();
        if (random.nextInt(3) == 0) {
          killWhileStarting(port, random);
          kills++;
        }
        server = ServerProcess.start(data, port);
        ledger.check(Journal.read(server.address(), Crowd.ROOMS), ends);
      }
      crowd.awaitAcks(MAX_ACKS_BETWEEN);
      crowd.finish();
      System.out.printf("CrashIT: %d kills, 0 lost; %s%n", kills, crowd.figures());
    } finally {
      server.close();
    }
    ParleyCommand.Result check = ParleyCommand.run("check", "--data", data.toString());
    assertThat(check.code()).as(check.err()).isZero();
  }

  private void killWhileStarting(int port, RandomGenerator random) {
    try (ServerProcess starting = ServerProcess.launch(data, port)) {
      Await.pause(Duration.ofMillis(random.nextInt(200, 3_000)));
      starting.kill();
    }
  }
}
