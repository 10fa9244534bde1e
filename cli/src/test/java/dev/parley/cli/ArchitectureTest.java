package dev.parley.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who may import whom. It lives with the command because only the command sees every module.
final class ArchitectureTest {
  private static final String[] GENERATED = {"dev.parley.classic..", "dev.parley.*.v1.."};

  private static final JavaClasses PARLEY =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.parley");

  private static final DescribedPredicate<JavaClass> HAND_WRITTEN =
      resideOutsideOfPackages(GENERATED).as("hand-written classes");

  @ParameterizedTest
  @ValueSource(
      strings = {"core", "storage", "models", "server", "client", "bench", "cli", "testkit"})
  void everyModuleIsSeenByTheseRules(String module) {
    assertThat(PARLEY.stream().map(JavaClass::getPackageName))
        .anyMatch(name -> (name + ".").startsWith("dev.parley." + module + "."));
  }

  @Test
  void coreKnowsTheJdkAndNothingElse() {
    check(
        classes()
            .that(resideInAnyPackage("dev.parley.core.."))
            .should()
            .onlyDependOnClassesThat(
                resideInAnyPackage("dev.parley.core..", "java..", "org.jspecify.annotations..")));
  }

  @Test
  void coreDoesNoInputOrOutput() {
    check(
        noClasses()
            .that(resideInAnyPackage("dev.parley.core.."))
            .should()
            .dependOnClassesThat(
                resideInAnyPackage("java.net..", "java.nio.file..", "java.nio.channels..")
                    .and(not(belongToAnyOf(URI.class, URISyntaxException.class)))));
  }

  @Test
  void engineKnowsNoKindOfConversation() {
    check(
        classes()
            .that(resideInAnyPackage("dev.parley.core.topic.."))
            .should()
            .onlyDependOnClassesThat(
                resideInAnyPackage(
                    "dev.parley.core.topic..",
                    "dev.parley.core.error..",
                    "dev.parley.core.limit..",
                    "dev.parley.core.presence..",
                    "dev.parley.core.signal..",
                    "dev.parley.core.time..",
                    "dev.parley.core.user..",
                    "java..",
                    "org.jspecify.annotations..")));
  }

  @Test
  void rulesOfSessionsAndOfRoomsDoNotKnowEachOther() {
    noneIn("dev.parley.core.session..", "dev.parley.core.room..");
    noneIn("dev.parley.core.room..", "dev.parley.core.session..");
    noneIn("dev.parley.server.session..", "dev.parley.server.chat..");
    noneIn("dev.parley.server.chat..", "dev.parley.server.session..");
  }

  @Test
  void engineStorageAndDeliveryNameNeitherRoomsNorSessions() {
    String[] kinds = {
      "dev.parley.core.room..",
      "dev.parley.core.session..",
      "dev.parley.server.chat..",
      "dev.parley.server.session..",
      "dev.parley.chat..",
      "dev.parley.assistant..",
      "dev.parley.classic.."
    };
    for (String kind : kinds) {
      noneIn("dev.parley.core.topic..", kind);
      noneIn("dev.parley.storage..", kind);
      noneIn("dev.parley.server.delivery..", kind);
      noneIn("dev.parley.server.stream..", kind);
    }
  }

  @Test
  void storageKnowsOnlyCore() {
    noneOf("storage", "models", "server", "client", "bench", "cli", "testkit");
    noProtocolIn("storage");
  }

  @Test
  void modelsKnowOnlyCore() {
    noneOf("models", "storage", "server", "client", "bench", "cli", "testkit");
    noProtocolIn("models");
  }

  @Test
  void onlyTheWayToProvidersKnowsHttp() {
    onlyIn("reactor..", "dev.parley.models..");
    onlyIn("org.reactivestreams..", "dev.parley.models..");
  }

  @Test
  void clientKnowsOnlyTheProtocol() {
    noneOf("client", "core", "storage", "models", "server", "bench", "cli", "testkit");
  }

  @Test
  void serverKnowsNeitherClientNorCommand() {
    noneOf("server", "client", "bench", "cli", "testkit");
  }

  @Test
  void generatorKnowsOnlyTheProtocol() {
    noneOf("bench", "core", "storage", "models", "server", "client", "cli", "testkit");
  }

  @Test
  void commandReachesCoreAndStorageOnlyThroughTheServer() {
    noneOf("cli", "core", "storage", "models", "testkit");
  }

  @Test
  void testkitKnowsOnlyCore() {
    noneOf("testkit", "storage", "models", "server", "client", "bench", "cli");
    noProtocolIn("testkit");
  }

  @Test
  void onlyServerAndClientsKnowGrpc() {
    onlyIn("io.grpc..", "dev.parley.server..", "dev.parley.client..", "dev.parley.bench..");
  }

  @Test
  void onlyServerAndClientsKnowNetty() {
    onlyIn(
        "io.netty..",
        "dev.parley.models..",
        "dev.parley.server..",
        "dev.parley.client..",
        "dev.parley.bench..");
  }

  @Test
  void onlyStorageKnowsSql() {
    onlyIn("java.sql..", "dev.parley.storage..");
    onlyIn("org.sqlite..", "dev.parley.storage..");
    onlyIn("org.flywaydb..", "dev.parley.storage..");
  }

  @Test
  void packagesFormNoCycles() {
    check(
        slices()
            .matching("dev.parley.(**)")
            .that(DescribedPredicate.describe("are hand-written", slice -> isHandWritten(slice)))
            .should()
            .beFreeOfCycles());
  }

  private static boolean isHandWritten(Iterable<JavaClass> slice) {
    return HAND_WRITTEN.test(slice.iterator().next());
  }

  private static void noneOf(String module, String... others) {
    String[] forbidden =
        Stream.of(others).map(other -> "dev.parley." + other + "..").toArray(String[]::new);
    check(
        noClasses()
            .that(resideInAnyPackage("dev.parley." + module + ".."))
            .should()
            .dependOnClassesThat(resideInAnyPackage(forbidden)));
  }

  private static void noneIn(String packages, String forbidden) {
    check(
        noClasses()
            .that(resideInAnyPackage(packages))
            .should()
            .dependOnClassesThat(resideInAnyPackage(forbidden)));
  }

  private static void noProtocolIn(String module) {
    check(
        noClasses()
            .that(resideInAnyPackage("dev.parley." + module + ".."))
            .should()
            .dependOnClassesThat(resideInAnyPackage(GENERATED)));
  }

  private static void onlyIn(String library, String... allowed) {
    check(
        noClasses()
            .that(HAND_WRITTEN.and(resideOutsideOfPackages(allowed)))
            .should()
            .dependOnClassesThat(resideInAnyPackage(library)));
  }

  /// A module that is still empty breaks no rule; that it is there at all is a test of its own.
  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(PARLEY);
  }
}
