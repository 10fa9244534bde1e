package dev.parley.cli.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.parley.chat.v1.ChatMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole irc-disentanglement archive, where `PARLEY_UBUNTU_IRC` says where it is.
class UbuntuArchiveTest {
  private static final String VARIABLE = "PARLEY_UBUNTU_IRC";

  @TempDir static Path folder;

  @BeforeAll
  static void unpack() throws Exception {
    String archive = System.getenv(VARIABLE);
    assumeTrue(
        archive != null,
        VARIABLE
            + " is not set (expected: the path of an archive with the folder data of"
            + " https://github.com/jkkummerfeld/irc-disentanglement)");
    Process tar =
        new ProcessBuilder(
                "tar", "xJf", Path.of(archive).toRealPath().toString(), "-C", folder.toString())
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).as("tar").isZero();
  }

  @Test
  void everyMessageOfUbuntuIsRead() throws IOException {
    List<Path> parts = List.of(data("train"), data("dev"), data("test"));
    SourceTally tally = read(parts, "#ubuntu", new ArrayList<>());

    assertThat(tally.files()).isEqualTo(173);
    assertThat(tally.messages()).isEqualTo(221_597);
    assertThat(tally.remarks().count(Remark.ACTION)).isEqualTo(509);
    assertThat(tally.remarks().count(Remark.BLANK_TEXT)).isEqualTo(5);
    assertThat(tally.skipped().count(SkipReason.SYSTEM)).isEqualTo(25_783);
    assertThat(tally.skipped().count(SkipReason.NO_TEXT)).isEqualTo(26);
    assertThat(tally.skipped().count(SkipReason.NOTICE)).isEqualTo(47);
    assertThat(tally.skipped().count(SkipReason.NOT_A_CHAT_LINE)).isEqualTo(1);
    long read = tally.messages() + 509 + tally.skipped().total();
    assertThat(read).isEqualTo(tally.lines());
  }

  @Test
  void timesOfTheArchiveNeverGoBackAndIdsAreUnique() throws IOException {
    List<ChatMessage> messages = new ArrayList<>();
    read(List.of(data("train"), data("dev"), data("test")), "#ubuntu", messages);

    Set<String> ids = new HashSet<>();
    for (ChatMessage message : messages) {
      assertThat(ids.add(message.getId())).as(message.getId()).isTrue();
      assertThat(message.getId().length()).isLessThanOrEqualTo(128);
      assertThat(message.getSender().getId()).isNotEmpty().doesNotContainPattern("\\s");
    }
    assertThat(instant(messages.getFirst())).isEqualTo(Instant.parse("2004-11-15T00:18:00Z"));
    assertThat(instant(messages.getLast())).isBefore(Instant.parse("2018-12-31T00:00:00Z"));
  }

  @Test
  void otherChannelsTellTheirRoomsAndDates() throws IOException {
    List<ChatMessage> messages = new ArrayList<>();
    SourceTally tally = read(List.of(data("new-domains")), null, messages);

    assertThat(tally.files()).isEqualTo(12);
    assertThat(messages.stream().map(ChatMessage::getRoomId).distinct())
        .containsExactlyInAnyOrder("#mediawiki", "#rust", "#stripe", "#ubuntu-meeting");
    assertThat(tally.skipped().count(SkipReason.NOT_A_CHAT_LINE)).isZero();
  }

  private static SourceTally read(List<Path> paths, String room, List<ChatMessage> into)
      throws IOException {
    var options = new IrcOptions(room, null, ZoneOffset.UTC, true);
    try (IrcSource source = IrcSource.of(paths, options, _ -> {})) {
      for (SourceItem item = source.next(); item != null; item = source.next()) {
        into.add(((SourceItem.Message) item).message());
      }
      return source.tally();
    }
  }

  private static Path data(String part) {
    return folder.resolve("data").resolve(part);
  }

  private static Instant instant(ChatMessage message) {
    return Instant.ofEpochSecond(message.getTimestamp().getSeconds());
  }
}
