package dev.parley.bench.wire;

import com.google.protobuf.CodedOutputStream;
import dev.parley.chat.v1.ChatRequest;
import dev.parley.chat.v1.MessageContent;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/// The messages of one sender to one room: all the same but for the id, which is written into a
/// copy. As a `ChatRequest`; the classic `ChatMessage` has the same bytes. Owned by one thread.
///
/// An id is the time of sending, in nanoseconds of [System#nanoTime], the sender's number and the
/// message's, in hexadecimal: 32 digits that rise with time, as do those of Parley's clients. The
/// clock is the same in all processes of one machine, so each of them knows a message's age.
public final class MessageTemplate {
  static final int TIME_DIGITS = 16;
  private static final int NUMBER_DIGITS = 8;
  static final int ID_CHARS = TIME_DIGITS + 2 * NUMBER_DIGITS;

  private final byte[] request;
  private final int idOffset;
  private final long content;
  private int number;

  /// @param sender number of the sender, unique in the run
  /// @param textBytes length of the text
  /// @param random makes the text
  public MessageTemplate(String room, int sender, int textBytes, RandomGenerator random) {
    MessageContent said = MessageContent.newBuilder().setText(text(textBytes, random)).build();
    request =
        ChatRequest.newBuilder()
            .setId("0".repeat(ID_CHARS))
            .setRoomId(room)
            .setContent(said)
            .build()
            .toByteArray();
    idOffset =
        CodedOutputStream.computeTagSize(ChatRequest.ID_FIELD_NUMBER)
            + CodedOutputStream.computeUInt32SizeNoTag(ID_CHARS);
    Bytes.putHex(request, idOffset + TIME_DIGITS, NUMBER_DIGITS, sender);
    byte[] bytes = said.toByteArray();
    content = Bytes.hash(bytes, 0, bytes.length);
  }

  // Words of a few letters, so that the server's word index has the work that it has with people.
  private static String text(int length, RandomGenerator random) {
    byte[] letters = new byte[length];
    for (int i = 0; i < length; i++) {
      letters[i] = (byte) (random.nextInt(6) == 0 && i > 0 ? ' ' : 'a' + random.nextInt(26));
    }
    letters[length - 1] = '.';
    return new String(letters, StandardCharsets.US_ASCII);
  }

  /// The next message, encoded.
  ///
  /// @param sentNanos when it is sent, or was to be sent
  public byte[] next(long sentNanos) {
    byte[] message = request.clone();
    Bytes.putHex(message, idOffset, TIME_DIGITS, sentNanos);
    Bytes.putHex(message, idOffset + TIME_DIGITS + NUMBER_DIGITS, NUMBER_DIGITS, number++);
    return message;
  }

  /// What a message of this sender hashes to, id and content.
  ///
  /// @param id hash of its id
  public long hash(long id) {
    return Bytes.mix(id, content);
  }
}
