package com.telluspower.watch

import com.telluspower.tellus.support.Sandbox
import org.junit.jupiter.api.Test
import proguard.Configuration
import proguard.ConfigurationParser
import proguard.ProGuard
import java.io.File
import java.util.Properties
import java.util.zip.ZipFile
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue

/**
 * An app is shrunk and its classes renamed before it ships: with the rules that the library brings, it still runs. What
 * ProGuard makes of coroutines when it also optimises does not pass the verifier, whatever the program.
 */
class MinifiedTest {
    private val classes = (System.getProperty("surefire.test.class.path") ?: System.getProperty("java.class.path"))
        .split(File.pathSeparator)
    private val runtime = Regex("""tellus-sdk-|jna-|kotlin-stdlib-\d|kotlinx-coroutines-core-jvm-""")
    private val jars = classes.filter { runtime.matchesAt(File(it).name, 0) }
    private val annotations = classes.single { File(it).name.startsWith("annotations-") }
    private val out = File("target/minified.jar").absoluteFile

    /** What the libraries' jars bring under the name that R8 and ProGuard look for. */
    private fun rules(jar: String): String =
        ZipFile(jar).use { zip ->
            zip.stream().toList()
                .filter { it.name.startsWith("META-INF/proguard/") && it.name.endsWith(".pro") }
                .joinToString("\n") { zip.getInputStream(it).reader().readText() }
        }

    private fun minify() {
        val modules = File(System.getProperty("java.home"), "jmods")
        val own = """
            -injars ${File("target/classes").absolutePath}
            ${jars.joinToString("\n") { "-injars $it(!META-INF/**,!module-info.class)" }}
            -outjars $out
            -libraryjars ${modules.path}(!**.jar;!module-info.class)
            -libraryjars $annotations
            -dontnote
            -dontoptimize
            -dontwarn android.annotation.SuppressLint
            -keep class com.telluspower.watch.WatchKt { public static void main(java.lang.String[]); }
        """
        val parser = ConfigurationParser((listOf(own) + jars.map(::rules)).joinToString("\n"), "rules", null, Properties())
        val configuration = Configuration()
        parser.use { it.parse(configuration) }
        ProGuard(configuration).execute()
    }

    @Test
    fun `the program runs when it is minified`() {
        assertEquals(4, jars.size, "$jars")
        minify()
        val names = ZipFile(out).use { zip -> zip.stream().map { it.name }.toList() }
        assertFalse("com/telluspower/tellus/TellusClient.class" in names, "nothing was renamed")
        assertTrue("com/sun/jna/Native.class" in names)
        Sandbox().use { sandbox ->
            val program = Program(sandbox, sandbox.devices.first(), "10", classes = out.path)
            assertEquals(0, program.ends(), "${program.printed}")
            assertTrue(program.printed.count(Program::isReading) >= 10, "${program.printed}")
        }
    }
}
