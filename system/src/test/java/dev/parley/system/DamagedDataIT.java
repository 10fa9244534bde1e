package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatServiceGrpc;
import dev.parley.chat.v1.GetHistoryRequest;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Data that this version cannot or must not use: the server says so and leaves it alone.
class DamagedDataIT {
  private static final String ROOM = "general";
  private static final int MESSAGES = 300;
  private static final int PAGE_BYTES = 4_096;

  /// Where SQLite's header has the version of the schema, four bytes, the highest first.
  private static final int USER_VERSION_AT = 60;

  @TempDir private static Path origin;
  @TempDir private Path folder;

  private Path data;
  private Path database;

  @BeforeAll
  static void fill() {
    try (ServerProcess server = ServerProcess.start(origin, 0);
        RawStream stream = RawStream.open(server.address(), "ada", Map.of(ROOM, 0L))) {
      for (int i = 1; i <= MESSAGES; i++) {
        stream.say(ROOM, "ada-" + i, i + " words ".repeat(300));
        assertThat(stream.answer("ada-" + i).hasAck()).isTrue();
      }
      server.stop();
    }
  }

  @BeforeEach
  void copy() throws IOException {
    data = Files.createDirectory(folder.resolve("data"));
    database = data.resolve("parley.db");
    Files.copy(origin.resolve("parley.db"), database);
  }

  @Test
  void dataOfANewerVersionIsRefusedAndLeftAsItIs() throws Exception {
    write(USER_VERSION_AT, new byte[] {0, 0, 0x12, 0x34});
    byte[] before = Files.readAllBytes(database);
    checkRefused("serve", "schema version 4660").contains("newer Parley");
    checkBackupRefused("schema version 4660");
    assertThat(Files.readAllBytes(database)).isEqualTo(before);
    assertThat(data.resolve("parley.db-wal")).doesNotExist();
  }

  @Test
  void textInPlaceOfTheDatabaseIsRefusedAndLeftAsItIs() throws Exception {
    Files.writeString(database, "This is no database.\n".repeat(1_000));
    byte[] before = Files.readAllBytes(database);
    checkDamaged();
    assertThat(Files.readAllBytes(database)).isEqualTo(before);
  }

  @Test
  void truncatedDatabaseIsRefused() throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
      file.setLength(file.length() / 2 / PAGE_BYTES * PAGE_BYTES);
    }
    checkDamaged();
  }

  @Test
  void overwrittenPagesAreNoticed() throws Exception {
    overwriteTheMiddle();
    checkDamaged();
  }

  private void checkDamaged() {
    checkRefused("serve", database.toString())
        .contains("damaged or no Parley database")
        .contains("restore a backup");
    checkRefused("check", "damaged");
    checkBackupRefused("");
  }

  /// Nothing that is damaged is shown, what is asked of it is refused, and the server goes on.
  @Test
  void damageUnderARunningServerIsRefusedAndNotShown() throws Exception {
    try (ServerProcess server = ServerProcess.start(data, 0);
        RawStream stream = RawStream.open(server.address(), "ada", Map.of())) {
      stream.join(ROOM, "join", MESSAGES);
      stream.next(ChatEvent.EventCase.ROOM_JOINED);
      overwriteTheMiddle();
      assertThat(history(server.address()).getCode()).isEqualTo(Status.Code.DATA_LOSS);
      try (RawStream reader = RawStream.open(server.address(), "ada", Map.of(ROOM, 0L))) {
        assertThat(failureOf(reader)).isEqualTo("STORAGE_CORRUPT");
      }
      stream.pingPong();
      ParleyCommand.Result check = ParleyCommand.run("check", "--data", data.toString());
      assertThat(check.code()).as(check.err()).isEqualTo(1);
      checkBackupRefused("");
      assertThat(server.log("ERROR")).as(server.log()).hasSizeBetween(1, 2);
      server.stop();
    }
  }

  /// How a stream that reads everything learns of the damage, in an answer or by its end; what it
  /// shows before is as it was said.
  private static String failureOf(RawStream reader) {
    long last = 1;
    for (ChatEvent event = reader.next(); event != null; event = reader.next()) {
      if (event.hasError()) {
        return event.getError().getReason();
      }
      if (event.hasMessage()) {
        assertThat(event.getSequence()).isEqualTo(++last);
        assertThat(event.getMessage().getContent().getText())
            .isEqualTo((last - 1) + " words ".repeat(300));
      }
    }
    assertThat(reader.awaitEnd().getCode()).isEqualTo(Status.Code.DATA_LOSS);
    return "STORAGE_CORRUPT";
  }

  private static Status history(String address) {
    ManagedChannel channel = RawStream.channel(address);
    Metadata caller = new Metadata();
    caller.put(Metadata.Key.of("parley-user", Metadata.ASCII_STRING_MARSHALLER), "ada");
    try {
      ChatServiceGrpc.newBlockingStub(channel)
          .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(caller))
          .getHistory(GetHistoryRequest.newBuilder().setRoomId(ROOM).setLimit(1_000).build())
          .forEachRemaining(message -> {});
      return Status.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus();
    } finally {
      channel.shutdownNow();
    }
  }

  private org.assertj.core.api.AbstractStringAssert<?> checkRefused(String command, String words) {
    ParleyCommand.Result result = ParleyCommand.run(command, "--data", data.toString());
    assertThat(result.code()).as(result.err()).isEqualTo(1);
    return assertThat(result.err()).contains(words).doesNotContain("\tat ");
  }

  private void checkBackupRefused(String words) {
    Path backup = folder.resolve("backup.db");
    ParleyCommand.Result result =
        ParleyCommand.run("backup", "--data", data.toString(), backup.toString());
    assertThat(result.code()).as(result.err()).isEqualTo(1);
    assertThat(result.err()).contains(words).doesNotContain("\tat ");
    assertThat(List.of(folder.toFile().list())).containsExactly("data");
  }

  private void overwriteTheMiddle() throws IOException {
    int pages = (int) (Files.size(database) / PAGE_BYTES);
    byte[] nonsense = new byte[pages / 2 * PAGE_BYTES];
    Arrays.fill(nonsense, (byte) 0x5a);
    write(pages / 4L * PAGE_BYTES, nonsense);
  }

  private void write(long position, byte[] bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
      file.seek(position);
      file.write(bytes);
    }
  }
}
