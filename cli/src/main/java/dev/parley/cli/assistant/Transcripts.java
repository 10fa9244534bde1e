package dev.parley.cli.assistant;

import dev.parley.assistant.v1.GetTranscriptRequest;
import dev.parley.assistant.v1.GetTranscriptResponse;
import dev.parley.client.AssistantClient;

/// All that was said in a session, page by page. Blocks.
final class Transcripts {
  private static final int PAGE_SIZE = 1_000;

  private Transcripts() {}

  /// The pages as one.
  ///
  /// @param markdown also as text in Markdown
  /// @param json also as JSON
  static GetTranscriptResponse of(
      AssistantClient client, String session, boolean markdown, boolean json) {
    GetTranscriptRequest.Builder request =
        GetTranscriptRequest.newBuilder()
            .setSessionId(session)
            .setPageSize(PAGE_SIZE)
            .setMarkdown(markdown)
            .setJson(json);
    GetTranscriptResponse page = client.transcript(request.build());
    GetTranscriptResponse.Builder all = page.toBuilder();
    StringBuilder texts = new StringBuilder(page.getMarkdown());
    StringBuilder objects = new StringBuilder(page.getJson());
    while (page.getNextAfterSequence() > 0) {
      page = client.transcript(request.setAfterSequence(page.getNextAfterSequence()).build());
      all.addAllTurns(page.getTurnsList())
          .setSession(page.getSession())
          .setLastSequence(page.getLastSequence())
          .setEpoch(page.getEpoch());
      texts.append(page.getMarkdown());
      objects.append(page.getJson());
    }
    return all.clearNextAfterSequence()
        .setMarkdown(texts.toString())
        .setJson(objects.toString())
        .build();
  }
}
